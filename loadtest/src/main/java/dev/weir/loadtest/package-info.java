/** The load test as a command. */
@NullMarked
package dev.weir.loadtest;

import org.jspecify.annotations.NullMarked;
