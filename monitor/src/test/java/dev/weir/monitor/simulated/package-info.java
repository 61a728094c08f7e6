/** Traffic that never was. */
@NullMarked
package dev.weir.monitor.simulated;

import org.jspecify.annotations.NullMarked;
