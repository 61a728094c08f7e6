/**
 * Carries {@code ModelStreamInfer} as raw messages over grpc-java: each message of a stream is
 * decided for by itself, so it has to be whole. {@code ModelInfer} is relayed instead, see {@link
 * dev.weir.router.relay}.
 *
 * <p>Callbacks of a client's call and of a worker's meet in the stream's synchronization context;
 * nothing here blocks or locks. What belongs to which is said at each class.
 */
@NullMarked
package dev.weir.router.dataplane;

import org.jspecify.annotations.NullMarked;
