package dev.weir.platform.tls;

import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.opentelemetry.api.metrics.Meter;
import org.jspecify.annotations.Nullable;

/** The TLS that each service has under the same keys: one of its channels, one of each listener. */
public final class ServiceTls {
  private ServiceTls() {}

  /**
   * {@code tls.*}; null when it is not enabled. Telemetry, which is opened with it, shows its
   * metrics.
   *
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls ofChannels(
      ClientTlsConfig config, Clock clock, Scheduler scheduler, Resources resources) {
    ReloadingTls tls = ReloadingTls.client("tls", config, clock, scheduler);
    return tls == null ? null : resources.add("TLS of channels", tls);
  }

  /**
   * {@code grpc.tls.*}; null when it is not enabled.
   *
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls ofListener(
      ServerTlsConfig config, Clock clock, Scheduler scheduler, Meter meter, Resources resources) {
    return ofListener("grpc.tls", config, clock, scheduler, meter, resources);
  }

  /**
   * {@code http.tls.*}; null when it is not enabled.
   *
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls ofPages(
      ServerTlsConfig config, Clock clock, Scheduler scheduler, Meter meter, Resources resources) {
    return ofListener("http.tls", config, clock, scheduler, meter, resources);
  }

  private static @Nullable ReloadingTls ofListener(
      String prefix,
      ServerTlsConfig config,
      Clock clock,
      Scheduler scheduler,
      Meter meter,
      Resources resources) {
    ReloadingTls tls = ReloadingTls.server(prefix, config, clock, scheduler);
    if (tls != null) {
      resources.add(prefix, tls);
      tls.registerWith(meter);
    }
    return tls;
  }
}
