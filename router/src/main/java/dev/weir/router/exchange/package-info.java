/**
 * One request's life, told apart from what carries it: decision, worker, retry, outcome, trace and
 * metrics. The relay below brings bytes and events; this package knows no transport, so that
 * another one can take the relay's place.
 */
@NullMarked
package dev.weir.router.exchange;

import org.jspecify.annotations.NullMarked;
