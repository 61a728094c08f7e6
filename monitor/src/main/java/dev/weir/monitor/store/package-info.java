/** Evidence on disk: one file, replaced whole. */
@NullMarked
package dev.weir.monitor.store;

import org.jspecify.annotations.NullMarked;
