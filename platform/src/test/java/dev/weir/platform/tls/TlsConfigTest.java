package dev.weir.platform.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.GrpcListenConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TlsConfigTest {
  record Service(GrpcListenConfig grpc, ClientTlsConfig tls) {}

  private static Service load(String... flags) {
    var defaults = new Service(GrpcListenConfig.onLoopback(8001), ClientTlsConfig.disabled());
    var outcome = new ConfigurationLoader<>("x", defaults).load(List.of(flags), Map.of());
    return ((ConfigurationLoader.Outcome.Run<Service>) outcome).configuration();
  }

  @Test
  void nothing_is_encrypted_unless_asked_for() {
    assertThat(load().grpc().tls()).isEqualTo(ServerTlsConfig.disabled());
    assertThat(load().tls()).isEqualTo(ClientTlsConfig.disabled());
  }

  @Test
  void every_setting_of_a_listener_is_read() {
    Service service =
        load(
            "--grpc.tls.enabled=true",
            "--grpc.tls.certificate=c.pem",
            "--grpc.tls.private-key=k.pem",
            "--grpc.tls.client-certificates=required",
            "--grpc.tls.client-cas=ca.pem",
            "--grpc.tls.reload-interval=3s");

    assertThat(service.grpc().tls())
        .isEqualTo(
            new ServerTlsConfig(
                true,
                Path.of("c.pem"),
                Path.of("k.pem"),
                ClientCertificates.REQUIRED,
                Path.of("ca.pem"),
                Duration.ofSeconds(3)));
  }

  @Test
  void every_setting_of_channels_is_read() {
    Service service =
        load(
            "--tls.enabled=true",
            "--tls.trusted-cas=ca.pem",
            "--tls.certificate=c.pem",
            "--tls.private-key=k.pem",
            "--tls.server-name=mesh.internal",
            "--tls.reload-interval=3s");

    assertThat(service.tls())
        .isEqualTo(
            new ClientTlsConfig(
                true,
                Path.of("ca.pem"),
                Path.of("c.pem"),
                Path.of("k.pem"),
                "mesh.internal",
                Duration.ofSeconds(3)));
  }

  @Test
  void what_is_missing_is_named() {
    refused("grpc.tls.certificate: \"\"", "--grpc.tls.enabled=true");
    refused(
        "grpc.tls.private-key: \"\"", "--grpc.tls.enabled=true", "--grpc.tls.certificate=c.pem");
    refused(
        "grpc.tls.client-cas: \"\"",
        "--grpc.tls.enabled=true",
        "--grpc.tls.certificate=c.pem",
        "--grpc.tls.private-key=k.pem",
        "--grpc.tls.client-certificates=optional");
    refused("tls.trusted-cas: \"\"", "--tls.enabled=true");
    refused(
        "tls.private-key: \"\"",
        "--tls.enabled=true",
        "--tls.trusted-cas=ca.pem",
        "--tls.certificate=c.pem");
    refused("grpc.tls.reload-interval: 99ms", "--grpc.tls.reload-interval=99ms");
  }

  private static void refused(String begin, String... flags) {
    assertThatThrownBy(() -> load(flags))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(begin);
  }
}
