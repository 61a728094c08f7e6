/**
 * Answers that no worker gives now: the last good ones, kept in memory for the fallback ladder.
 *
 * <p>What must never happen: an answer to another request than the one that asks; an answer of a
 * version that its route has left.
 */
@NullMarked
package dev.weir.router.stored;

import org.jspecify.annotations.NullMarked;
