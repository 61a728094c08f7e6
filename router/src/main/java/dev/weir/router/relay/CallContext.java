package dev.weir.router.relay;

import dev.weir.router.exchange.Exchanges;
import dev.weir.router.http2.Http2Counters;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBufAllocator;

/**
 * What every call needs and none changes.
 *
 * @param exchanges opens exchanges
 * @param config how calls are relayed
 * @param maxMessageBytes largest message, either way
 * @param streamWindow bytes of one stream that may be under way
 * @param keepBudget for requests that are kept
 * @param collectBudget for compressed requests until they are sent
 * @param allocator for buffers
 * @param inner the server for everything that is not inference
 * @param calls counts calls
 * @param counters what connections count
 * @param headers which metadata passes
 */
record CallContext(
    Exchanges exchanges,
    RelayConfig config,
    int maxMessageBytes,
    int streamWindow,
    ByteBudget keepBudget,
    ByteBudget collectBudget,
    ByteBufAllocator allocator,
    InnerServer inner,
    CallsInFlight calls,
    Http2Counters counters,
    HeaderRules headers) {
  /** Whether so many bytes wait for slow receivers that nothing more is taken. */
  boolean holdsTooMuch() {
    return counters.queuedBytes() > config.maxWaitingBytes();
  }

  /** What is said then. */
  Entry.Refused tooMuch() {
    return new Entry.Refused(
        StatusCode.RESOURCE_EXHAUSTED,
        "the router holds more than " + config.maxWaitingBytes() + " bytes for slow receivers");
  }
}
