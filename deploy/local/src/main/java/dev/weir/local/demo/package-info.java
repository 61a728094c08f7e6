/** The demo: its story, its traffic, and how it is told. */
@NullMarked
package dev.weir.local.demo;

import org.jspecify.annotations.NullMarked;
