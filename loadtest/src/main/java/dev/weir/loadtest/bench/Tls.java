package dev.weir.loadtest.bench;

import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.ServerTlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate made for one run, which signs itself, with which everything in it is a server and
 * trusts every server.
 *
 * @param certificate PEM file
 * @param key PEM file
 * @param both PEM file with both, as HAProxy wants it
 */
record Tls(Path certificate, Path key, Path both) {
  /** For a listener of ours. */
  ServerTlsConfig listener() {
    ServerTlsConfig none = ServerTlsConfig.disabled();
    return new ServerTlsConfig(
        true, certificate, key, ClientCertificates.NONE, none.clientCas(), none.reloadInterval());
  }

  /** Makes one. */
  static Tls create(Path goClient, Path folder) throws IOException, InterruptedException {
    Path into = Files.createDirectories(folder).toAbsolutePath();
    Process process =
        new ProcessBuilder(goClient.toString(), "certificate", "-folder=" + into)
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new StartFailure(CommandLines.EXIT_FAILED, "goclient could not make a certificate");
    }
    return new Tls(
        into.resolve("certificate.pem"), into.resolve("key.pem"), into.resolve("both.pem"));
  }
}
