package dev.weir.loadtest;

import dev.weir.platform.tls.ClientTlsConfig;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How a command encrypts its connections: the words that services have for it. */
public final class TlsOptions {
  @Option(
      names = "--tls.trusted-cas",
      defaultValue = "${env:WEIR_TLS_TRUSTED_CAS:-}",
      description =
          "PEM file: authorities whose server certificates are accepted; without it connections are plain text ($$WEIR_TLS_TRUSTED_CAS).")
  private Path trustedCas = Path.of("");

  @Option(
      names = "--tls.certificate",
      defaultValue = "${env:WEIR_TLS_CERTIFICATE:-}",
      description = "PEM file: the certificate to show ($$WEIR_TLS_CERTIFICATE).")
  private Path certificate = Path.of("");

  @Option(
      names = "--tls.private-key",
      defaultValue = "${env:WEIR_TLS_PRIVATE_KEY:-}",
      description = "PEM file: its private key, PKCS#8 ($$WEIR_TLS_PRIVATE_KEY).")
  private Path privateKey = Path.of("");

  @Option(
      names = "--tls.server-name",
      defaultValue = "${env:WEIR_TLS_SERVER_NAME:-}",
      description =
          "Name that the server's certificate must bear, instead of the address ($$WEIR_TLS_SERVER_NAME).")
  private String serverName = "";

  /** Plain text unless authorities are given. */
  public ClientTlsConfig config() {
    return new ClientTlsConfig(
        !trustedCas.toString().isBlank(),
        trustedCas,
        certificate,
        privateKey,
        serverName,
        ClientTlsConfig.disabled().reloadInterval());
  }
}
