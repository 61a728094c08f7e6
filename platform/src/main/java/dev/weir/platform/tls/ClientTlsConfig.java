package dev.weir.platform.tls;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;

/** TLS of all gRPC channels that a service opens to other services of the mesh. */
public record ClientTlsConfig(
    @Setting("Whether connections are encrypted; if so, plain servers are not talked to.")
        boolean enabled,
    @Setting("PEM file: the authorities whose server certificates are accepted.") Path trustedCas,
    @Setting(
            "PEM file: the certificate shown to servers, then those that issued it, without the root; empty: none.")
        Path certificate,
    @Setting("PEM file: its private key, PKCS#8, not encrypted.") Path privateKey,
    @Setting(
            "Name that servers' certificates must bear, whatever address they are reached by; empty: the address.")
        String serverName,
    @Setting("Time between two looks at the files for changes, 100ms to 1h.")
        Duration reloadInterval) {
  public ClientTlsConfig {
    Check.inRange("reloadInterval", reloadInterval, Duration.ofMillis(100), Duration.ofHours(1));
    if (enabled) {
      ServerTlsConfig.given(
          "trustedCas", trustedCas, "the path of a PEM file, since TLS is enabled");
      if (hasCertificate(certificate) != hasCertificate(privateKey)) {
        String missing = hasCertificate(certificate) ? "privateKey" : "certificate";
        throw new InvalidValueException(missing, "\"\"", "certificate and private key, or neither");
      }
    }
  }

  private static boolean hasCertificate(Path path) {
    return !path.toString().isBlank();
  }

  /** Whether a certificate is shown to servers. */
  boolean showsCertificate() {
    return hasCertificate(certificate);
  }

  /** Plain text. */
  public static ClientTlsConfig disabled() {
    Path none = Path.of("");
    return new ClientTlsConfig(false, none, none, none, "", Duration.ofSeconds(10));
  }
}
