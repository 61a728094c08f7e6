/**
 * The router: takes every client's call, decides which version and which worker answer it, and
 * counts what became of it.
 *
 * <p>Rooms: {@code wire} and {@code policy} are pure; {@code balance} and {@code outcome} hold the
 * state that requests touch; {@code stored} keeps good answers, {@code mirror} compares those of a
 * shadow version; {@code exchange} is one request's life; {@code relay} and {@code http2} carry
 * calls and streams frame by frame; {@code control} learns; {@code logical} answers what is not
 * inference.
 */
@NullMarked
package dev.weir.router;

import org.jspecify.annotations.NullMarked;
