/** Calls that other senders tell of. */
@NullMarked
package dev.weir.monitor.foreign;

import org.jspecify.annotations.NullMarked;
