/** Structured log lines with trace ids. */
@NullMarked
package dev.weir.platform.logging;

import org.jspecify.annotations.NullMarked;
