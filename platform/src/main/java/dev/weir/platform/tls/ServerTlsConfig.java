package dev.weir.platform.tls;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;

/** TLS of a listener. */
public record ServerTlsConfig(
    @Setting("Whether connections are encrypted; if so, plain ones are refused.") boolean enabled,
    @Setting("PEM file: the server's certificate, then those that issued it, without the root.")
        Path certificate,
    @Setting("PEM file: its private key, PKCS#8, not encrypted.") Path privateKey,
    @Setting("none, optional or required: client certificates (mTLS).")
        ClientCertificates clientCertificates,
    @Setting("PEM file: the authorities whose client certificates are accepted.") Path clientCas,
    @Setting("Time between two looks at the files for changes, 100ms to 1h.")
        Duration reloadInterval) {
  public ServerTlsConfig {
    Check.inRange("reloadInterval", reloadInterval, Duration.ofMillis(100), Duration.ofHours(1));
    if (enabled) {
      given("certificate", certificate, "the path of a PEM file, since TLS is enabled");
      given("privateKey", privateKey, "the path of a PEM file, since TLS is enabled");
      if (clientCertificates != ClientCertificates.NONE) {
        given("clientCas", clientCas, "the path of a PEM file, since clients show certificates");
      }
    }
  }

  static void given(String name, Path path, String expected) {
    if (path.toString().isBlank()) {
      throw new InvalidValueException(name, "\"\"", expected);
    }
  }

  /** Plain text. */
  public static ServerTlsConfig disabled() {
    Path none = Path.of("");
    return new ServerTlsConfig(
        false, none, none, ClientCertificates.NONE, none, Duration.ofSeconds(10));
  }
}
