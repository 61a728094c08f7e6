/** Refusals that a user can act on. */
@NullMarked
package dev.weir.platform.error;

import org.jspecify.annotations.NullMarked;
