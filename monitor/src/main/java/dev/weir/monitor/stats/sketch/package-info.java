/**
 * What was seen, in bounded memory: sketches that can be added to each other and written as bytes.
 * A sketch of two halves is a sketch of the whole. Mutable, single writer, not thread-safe.
 */
@NullMarked
package dev.weir.monitor.stats.sketch;

import org.jspecify.annotations.NullMarked;
