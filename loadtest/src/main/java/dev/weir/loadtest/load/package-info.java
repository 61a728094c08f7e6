/** The open-loop generator: requests start when they are due, whatever happened to those before. */
@NullMarked
package dev.weir.loadtest.load;

import org.jspecify.annotations.NullMarked;
