/**
 * {@code ModelInfer} and {@code ModelStreamInfer} as raw messages over grpc-java: what the relay is
 * compared with. It is a second implementation on purpose, and shares nothing with {@link
 * dev.weir.router.relay} but what both ask of {@link dev.weir.router.exchange}.
 *
 * <p>Callbacks of a client's call and of a worker's meet in the stream's synchronization context;
 * nothing here blocks or locks. What belongs to which is said at each class.
 */
@NullMarked
package dev.weir.router.dataplane;

import org.jspecify.annotations.NullMarked;
