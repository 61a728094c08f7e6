/**
 * The router: takes every client's call, decides which version and which worker answer it, and
 * counts what became of it.
 *
 * <p>Rooms: {@code wire} and {@code policy} are pure; {@code balance} and {@code outcome} hold the
 * state that requests touch; {@code exchange} is one request's life; {@code dataplane} carries
 * bytes and is the only one that knows how; {@code control} learns; {@code logical} answers what is
 * not inference.
 */
@NullMarked
package dev.weir.router;

import org.jspecify.annotations.NullMarked;
