package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.local.mesh.Components;
import dev.weir.local.mesh.MeshOptions;
import dev.weir.local.mesh.Service;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.TestAuthority;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole mesh in which every connection for calls is encrypted and every caller shows a
 * certificate: each service has its own.
 */
final class EncryptedMeshIT {
  private static final TestAuthority AUTHORITY = new TestAuthority("Mesh CA");
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @TempDir static Path folder;

  private static Map<String, String> settings() {
    var settings = new HashMap<String, String>();
    for (String kind : List.of("registry", "monitor", "worker", "router")) {
      TestAuthority.PemFiles own =
          AUTHORITY.write(folder, kind, AUTHORITY.issue(b -> b.addSanDnsName(kind + ".mesh")));
      settings.put(kind + ".grpc.tls.enabled", "true");
      settings.put(kind + ".grpc.tls.certificate", own.certificate().toString());
      settings.put(kind + ".grpc.tls.private-key", own.key().toString());
      settings.put(kind + ".grpc.tls.client-certificates", "required");
      settings.put(kind + ".grpc.tls.client-cas", own.cas().toString());
      settings.put(kind + ".tls.enabled", "true");
      settings.put(kind + ".tls.trusted-cas", own.cas().toString());
      settings.put(kind + ".tls.certificate", own.certificate().toString());
      settings.put(kind + ".tls.private-key", own.key().toString());
    }
    return settings;
  }

  private static ClientTlsConfig operator() {
    TestAuthority.PemFiles own =
        AUTHORITY.write(folder, "operator", AUTHORITY.issueSpiffe("spiffe://mesh/operator"));
    return new ClientTlsConfig(true, own.cas(), own.certificate(), own.key(), "", INTERVAL);
  }

  private static void assertRefusesPlainText(Service service) throws InterruptedException {
    try (GrpcChannel plain = GrpcChannel.to(service.grpc(), List.of())) {
      var health =
          HealthGrpc.newBlockingStub(plain.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
      assertThatThrownBy(() -> health.check(HealthCheckRequest.getDefaultInstance()))
          .as(service.name())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
  }

  private static String metrics(Service service) throws IOException {
    try (InputStream page = service.http("/metrics").toURL().openStream()) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Sum of a counter's values, whatever their labels. */
  private static double total(String metrics, String name) {
    Matcher lines =
        Pattern.compile("^" + name + "(?:\\{[^}]*})? ([0-9.E+]+)", Pattern.MULTILINE)
            .matcher(metrics);
    double total = 0;
    while (lines.find()) {
      total += Double.parseDouble(lines.group(1));
    }
    return total;
  }

  @Test
  void a_rollout_completes_and_nobody_talks_in_plain_text() throws Exception {
    var options =
        new MeshOptions(
            folder.resolve("mesh"), 1, Components.EMBEDDED, 1.0, settings(), operator());
    try (MeshUnderTest under = MeshUnderTest.start(options)) {
      under.push(3);
      Rollout started = under.rollOut(3, 1);
      await().atMost(60, TimeUnit.SECONDS).until(() -> under.rollout(started.getId()).hasEndedAt());

      assertThat(under.rollout(started.getId()).getState()).isEqualTo(RolloutState.COMPLETED);
      assertThat(under.total.failed()).as(under.total.report(1).text()).isZero();
      assertThat(under.total.versions()).containsKeys("employment/1", "employment/3");
      await()
          .atMost(20, TimeUnit.SECONDS)
          .until(
              () -> total(metrics(under.mesh.service("monitor")), "weir_monitor_traces_held") > 0);
      for (Service service : under.mesh.services()) {
        String metrics = metrics(service);
        assertThat(metrics).contains("weir_tls_certificate_days_left");
        assertThat(total(metrics, "weir_tls_failures_total")).as(service.name()).isZero();
        assertRefusesPlainText(service);
      }
    }
  }
}
