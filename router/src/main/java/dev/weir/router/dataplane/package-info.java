/**
 * Carries calls as raw messages over grpc-java ("design A"): a request is one array of bytes from
 * the client's connection to the worker's, with a few bytes appended. The only package that knows
 * what carries inference calls; another one can take its place without a change in policy, balance,
 * outcome or exchange.
 *
 * <p>Callbacks of a client's call come on its connection's event loop, those of a worker's call on
 * that connection's; nothing here blocks or locks. What belongs to which is said at each class.
 */
@NullMarked
package dev.weir.router.dataplane;

import org.jspecify.annotations.NullMarked;
