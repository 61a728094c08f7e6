package dev.weir.local.cli;

import dev.weir.loadtest.TlsOptions;
import dev.weir.platform.grpc.HostAndPort;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How the operator's commands reach the registry. */
final class RegistryOptions {
  @Option(
      names = "--registry",
      defaultValue = "${env:WEIR_REGISTRY:-127.0.0.1:8010}",
      description = "Registry, host:port ($$WEIR_REGISTRY, else 127.0.0.1:8010).")
  private String registry = "";

  @Option(
      names = "--actor",
      defaultValue = "${env:USER:-operator}",
      description = "Who acts, for the audit log (default ${DEFAULT-VALUE}).")
  private String actor = "";

  @Mixin private TlsOptions tls = new TlsOptions();

  RegistryClient connect() {
    return new RegistryClient(HostAndPort.parse("--registry", registry), tls.config(), actor);
  }
}
