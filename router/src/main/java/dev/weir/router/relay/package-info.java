/**
 * A gRPC call between a client's HTTP/2 stream and a worker's, frame by frame. The only package
 * that knows what carries inference calls: policy, balance, outcome and exchange do not.
 *
 * <p>A call and everything that belongs to it happen on one event loop: its client's connection,
 * the connections to workers that this loop has, its deadline. So no call locks, and none waits for
 * another loop.
 *
 * <pre>
 *   InferCall        one ModelInfer: decides from the first bytes, forwards, tries again, holds the answer
 *   CopyCall         a copy of one for a shadow version, whose answer nobody gets
 *   StreamInferCall  one ModelStreamInfer: each message decided by itself, a StreamLeg for each variant
 *   InnerCall        everything else, to the gRPC server inside this process, frame by frame
 *   WorkerLink       a worker's connections, a few for each loop
 *   RelayServer      the listening side
 * </pre>
 *
 * <p>What must never happen: a received byte whose credit is lost (the sender would stall for
 * ever); a buffer that is not released; a client's call that ends twice, or not at all; a byte of
 * an answer at the client before the call can no longer be tried elsewhere.
 */
@NullMarked
package dev.weir.router.relay;

import org.jspecify.annotations.NullMarked;
