package dev.weir.monitor.forward;

import com.google.protobuf.MessageLite;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends OTLP that came in on to each collector of {@code intake.forward-otlp}. Thread-safe. */
public final class Forwarding implements AutoCloseable {
  /** Says that a monitor forwarded it, so that two that name each other send nothing round. */
  static final Metadata.Key<String> FORWARDED =
      Metadata.Key.of("weir-forwarded", Metadata.ASCII_STRING_MARSHALLER);

  private static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("endpoint");
  private static final AttributeKey<String> SIGNAL = AttributeKey.stringKey("signal");
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");
  private static final long CALL_SECONDS = 10;

  private final List<GrpcChannel> channels = new ArrayList<>();
  private final List<OtlpForwarder> forwarders = new ArrayList<>();

  /**
   * Connects nothing before there is something to send.
   *
   * @param tls for endpoints of https; null: there are none
   * @throws InvalidValueException for an endpoint of https without {@code tls}
   */
  public Forwarding(IntakeConfig config, @Nullable ReloadingTls tls, Scheduler scheduler) {
    for (String endpoint : config.forwardOtlp()) {
      URI address = URI.create(endpoint);
      boolean encrypted = address.getScheme().equals("https");
      if (encrypted && tls == null) {
        throw new InvalidValueException(
            "intake.forward-otlp", endpoint, "http://host:port, or tls.* for https");
      }
      GrpcChannel channel =
          GrpcChannel.to(
              HostAndPort.parse("intake.forward-otlp", address.getAuthority()),
              encrypted ? tls : null,
              List.of(marked()));
      channels.add(channel);
      forwarders.add(
          new OtlpForwarder(
              endpoint,
              config.maxForwardBytes(),
              (signal, request) -> export(channel.channel(), signal, request),
              scheduler));
    }
  }

  private static ClientInterceptor marked() {
    var headers = new Metadata();
    headers.put(FORWARDED, "1");
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static Status export(Channel channel, Signal signal, MessageLite request) {
    try {
      signal.export(
          channel, CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS), request);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  /** For the services whose exports go on. */
  public ServerInterceptor tap() {
    return new OtlpTap(
        (signal, request) -> forwarders.forEach(forwarder -> forwarder.offer(signal, request)));
  }

  /** Shows what becomes of exports; labels are bounded by the configuration. */
  public void registerWith(Meter meter) {
    if (forwarders.isEmpty()) {
      return;
    }
    meter
        .counterBuilder("weir_monitor_forwarded")
        .setDescription("OTLP exports for collectors, by what became of them.")
        .buildWithCallback(out -> {
          for (OtlpForwarder forwarder : forwarders) {
            for (Signal signal : Signal.values()) {
              for (ForwardCounts.Result result : ForwardCounts.Result.values()) {
                out.record(
                    forwarder.counts().of(signal, result),
                    Attributes.of(
                        ENDPOINT,
                        forwarder.endpoint(),
                        SIGNAL,
                        signal.word(),
                        RESULT,
                        result.word()));
              }
            }
          }
        });
    meter
        .gaugeBuilder("weir_monitor_forward_waiting_bytes")
        .ofLongs()
        .setDescription("Exports that wait for their collector, serialised.")
        .buildWithCallback(out -> {
          for (OtlpForwarder forwarder : forwarders) {
            out.record(forwarder.waitingBytes(), Attributes.of(ENDPOINT, forwarder.endpoint()));
          }
        });
  }

  @Override
  public void close() throws InterruptedException {
    for (GrpcChannel channel : channels) {
      channel.close();
    }
  }
}
