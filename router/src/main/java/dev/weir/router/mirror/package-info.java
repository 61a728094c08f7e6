/**
 * Copies of requests for a shadow version: what they may take, how its answers differ from the
 * primary's, and the pairs that the monitor is told of. Knows no transport.
 *
 * <p>What must never happen: a request that waits for its copy, or for the comparison.
 */
@NullMarked
package dev.weir.router.mirror;

import org.jspecify.annotations.NullMarked;
