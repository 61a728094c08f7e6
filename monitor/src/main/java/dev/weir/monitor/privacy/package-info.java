/** Forgetting what is known of a request or a unit. */
@NullMarked
package dev.weir.monitor.privacy;

import org.jspecify.annotations.NullMarked;
