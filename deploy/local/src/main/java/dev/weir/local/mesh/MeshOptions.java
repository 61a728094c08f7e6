package dev.weir.local.mesh;

import dev.weir.platform.error.Check;
import dev.weir.platform.tls.ClientTlsConfig;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a local mesh is made of.
 *
 * @param data folder for all its files
 * @param workers model-workers, 1 to 16
 * @param components real components to use
 * @param traceSampleRatio share of traces sampled, 0 to 1
 * @param settings more settings, {@code service.key=value}, e.g. {@code router.data-plane.x=1}
 * @param tls how services, which the settings tell to serve TLS, are asked; they send telemetry to
 *     the monitor with TLS then
 */
public record MeshOptions(
    Path data,
    int workers,
    Components components,
    double traceSampleRatio,
    Map<String, String> settings,
    ClientTlsConfig tls) {
  public MeshOptions {
    Check.inRange("workers", workers, 1, 16);
    Check.inRange("traceSampleRatio", traceSampleRatio, 0.0, 1.0);
    settings = Map.copyOf(settings);
  }

  /** In plain text. */
  public MeshOptions(
      Path data,
      int workers,
      Components components,
      double traceSampleRatio,
      Map<String, String> settings) {
    this(data, workers, components, traceSampleRatio, settings, ClientTlsConfig.disabled());
  }
}
