/**
 * From routes to decisions: a snapshot is compiled into an immutable table, and the table says for
 * each request which version answers it and why. Pure: time, randomness and transport come in from
 * outside or not at all.
 */
@NullMarked
package dev.weir.router.policy;

import org.jspecify.annotations.NullMarked;
