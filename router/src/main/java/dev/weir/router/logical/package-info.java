/**
 * Everything that a client may ask about besides inference, answered for the logical model: one
 * entry per model, not per worker.
 */
@NullMarked
package dev.weir.router.logical;

import org.jspecify.annotations.NullMarked;
