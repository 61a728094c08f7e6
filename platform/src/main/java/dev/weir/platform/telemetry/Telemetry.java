package dev.weir.platform.telemetry;

import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Traces and metrics of one process. One metrics API with two ways out: OTLP, and Prometheus' text
 * at {@code /metrics}. Lossy by design: what a collector does not take at once is lost and counted,
 * so that one that is away holds nothing up. Thread-safe.
 */
public final class Telemetry implements AutoCloseable {
  private static final String SCOPE = "dev.weir";

  private final OpenTelemetrySdk sdk;
  private final PrometheusText prometheus;
  private final ObservedHistograms histograms;
  private final TraceSampling sampling;
  private final GrpcTelemetry grpc;

  private Telemetry(
      OpenTelemetrySdk sdk,
      PrometheusText prometheus,
      ObservedHistograms histograms,
      TraceSampling sampling) {
    this.sdk = sdk;
    this.prometheus = prometheus;
    this.histograms = histograms;
    this.sampling = sampling;
    this.grpc = GrpcTelemetry.create(sdk);
  }

  /** Without TLS of our own. */
  public static Telemetry start(String service, String instance, TelemetryConfig config) {
    return start(service, instance, config, null);
  }

  /**
   * @param service service word, OpenTelemetry's {@code service.name}
   * @param instance instance, OpenTelemetry's {@code service.instance.id}
   * @param tls how {@code https} endpoints are reached; its metrics are shown. Null: they are
   *     reached with the authorities that the JVM trusts
   */
  public static Telemetry start(
      String service, String instance, TelemetryConfig config, @Nullable ReloadingTls tls) {
    Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "weir-" + service,
                        AttributeKey.stringKey("service.instance.id"),
                        instance)));
    var prometheus = new PrometheusText();
    var histograms = new ObservedHistograms(Clock.system());
    var sampling = new TraceSampling(config.traceSampleRatio(), !config.otlpEndpoints().isEmpty());
    SdkMeterProviderBuilder meterBuilder =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricProducer(histograms.producer())
            .registerMetricReader(prometheus);
    for (String endpoint : config.otlpEndpoints()) {
      meterBuilder.registerMetricReader(
          PeriodicMetricReader.builder(
                  OtlpGrpcMetricExporter.builder()
                      .setEndpoint(endpoint)
                      .setComponentLoader(senders(endpoint, tls))
                      .setTimeout(Duration.ofSeconds(2))
                      .setRetryPolicy(null)
                      .build())
              .setInterval(config.metricsInterval())
              .build());
    }
    SdkMeterProvider meters = meterBuilder.build();
    SdkTracerProviderBuilder tracers =
        SdkTracerProvider.builder().setResource(resource).setSampler(sampling.sampler());
    for (String endpoint : config.otlpEndpoints()) {
      tracers.addSpanProcessor(
          BatchSpanProcessor.builder(
                  OtlpGrpcSpanExporter.builder()
                      .setEndpoint(endpoint)
                      .setComponentLoader(senders(endpoint, tls))
                      .setTimeout(Duration.ofSeconds(2))
                      .setRetryPolicy(null)
                      .build())
              .setMaxQueueSize(config.maxQueuedSpans())
              .setMaxExportBatchSize(Math.min(512, config.maxQueuedSpans()))
              .setScheduleDelay(Duration.ofMillis(500))
              // counts what is dropped
              .setMeterProvider(meters)
              .build());
    }
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(tracers.build())
            .setMeterProvider(meters)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    var telemetry = new Telemetry(sdk, prometheus, histograms, sampling);
    if (tls != null) {
      tls.registerWith(telemetry.meter());
    }
    return telemetry;
  }

  private static ComponentLoader senders(String endpoint, @Nullable ReloadingTls tls) {
    return tls != null && endpoint.startsWith("https:")
        ? new OtlpOverTls(tls)
        : ComponentLoader.forClassLoader(Telemetry.class.getClassLoader());
  }

  /** The whole API, for instrumentation libraries. */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** For spans of our own. */
  public Tracer tracer() {
    return sdk.getTracer(SCOPE);
  }

  /** For metrics of our own. Names are {@code weir_<service>_<what>_<unit>}. */
  public Meter meter() {
    return sdk.getMeter(SCOPE);
  }

  /** For histograms that are counted elsewhere. */
  public ObservedHistograms histograms() {
    return histograms;
  }

  /** Which new traces are sampled. */
  public TraceSampling sampling() {
    return sampling;
  }

  /** One server span per call, joined to the caller's trace. */
  public ServerInterceptor serverInterceptor() {
    return grpc.createServerInterceptor();
  }

  /** One client span per call, its context sent along. */
  public ClientInterceptor clientInterceptor() {
    return grpc.createClientInterceptor();
  }

  /** All metrics now, in Prometheus' text format 0.0.4. */
  public String prometheusText() {
    return prometheus.render();
  }

  @Override
  public void close() {
    sdk.shutdown().join(3, TimeUnit.SECONDS);
  }
}
