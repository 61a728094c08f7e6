package dev.weir.router;

import dev.weir.router.http2.Http2Counters;
import dev.weir.router.relay.CallKind;
import dev.weir.router.relay.RelayLoops;
import dev.weir.router.relay.RelayServer;
import io.netty.handler.codec.http2.Http2Error;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Locale;

/** What the relay and its connections count, read when metrics are asked for. */
final class RelayGauges {
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error");

  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");

  private RelayGauges() {}

  static void register(Meter meter, RelayServer relay) {
    meter
        .gaugeBuilder("weir_router_calls_in_flight")
        .ofLongs()
        .setDescription("Clients' calls that have no status yet, without health checks.")
        .buildWithCallback(gauge -> {
          for (CallKind kind : CallKind.values()) {
            gauge.record(relay.callsInFlight(kind), Attributes.of(KIND, kind.word()));
          }
        });
  }

  static void register(Meter meter, RelayLoops loops) {
    Http2Counters http2 = loops.counters();
    meter
        .gaugeBuilder("weir_router_http2_connections")
        .ofLongs()
        .setDescription("HTTP/2 connections that are open, to clients and to workers.")
        .buildWithCallback(gauge -> gauge.record(http2.connections()));
    meter
        .counterBuilder("weir_router_http2_connections_refused")
        .setDescription("Client connections refused: too many, or the router is stopping.")
        .buildWithCallback(counter -> counter.record(http2.refusedConnections()));
    meter
        .counterBuilder("weir_router_http2_streams_refused")
        .setDescription("Calls refused: too many at once on their connection.")
        .buildWithCallback(counter -> counter.record(http2.refusedStreams()));
    meter
        .counterBuilder("weir_router_http2_faults")
        .setDescription("Connections and streams ended because the peer broke a rule or a limit.")
        .buildWithCallback(counter -> {
          for (Http2Error error : Http2Error.values()) {
            // those that did not happen too: a series that begins above zero hides its first fault
            counter.record(
                http2.faults(error), Attributes.of(ERROR, error.name().toLowerCase(Locale.ROOT)));
          }
        });
    meter
        .counterBuilder("weir_router_http2_stalls")
        .setDescription("Pieces of DATA that had to wait for a slow receiver.")
        .buildWithCallback(counter -> counter.record(http2.windowStalls()));
    meter
        .gaugeBuilder("weir_router_http2_waiting_bytes")
        .ofLongs()
        .setDescription("Bytes that wait for slow receivers.")
        .buildWithCallback(gauge -> gauge.record(http2.queuedBytes()));
    meter
        .gaugeBuilder("weir_router_kept_bytes")
        .ofLongs()
        .setDescription("Bytes of requests that are kept for another try.")
        .buildWithCallback(gauge -> gauge.record(loops.keptBytes()));
    meter
        .counterBuilder("weir_router_requests_not_kept")
        .setDescription("Requests that could not be kept for another try: the room was used up.")
        .buildWithCallback(counter -> counter.record(loops.notKept()));
    meter
        .gaugeBuilder("weir_router_collected_bytes")
        .ofLongs()
        .setDescription("Bytes of compressed requests that are not sent yet.")
        .buildWithCallback(gauge -> gauge.record(loops.collectedBytes()));
    meter
        .counterBuilder("weir_router_requests_not_collected")
        .setDescription("Compressed requests refused: the room to collect them was used up.")
        .buildWithCallback(counter -> counter.record(loops.notCollected()));
  }
}
