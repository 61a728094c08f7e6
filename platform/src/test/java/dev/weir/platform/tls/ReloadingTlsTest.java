package dev.weir.platform.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.TestClock;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadingTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Telemetry telemetry = Telemetry.start("test", "test-1", TelemetryConfig.defaults());

  @AfterEach
  void close() {
    telemetry.close();
  }

  private ReloadingTls server(TestAuthority.PemFiles files) {
    ReloadingTls tls =
        Objects.requireNonNull(
            ReloadingTls.server(
                "grpc.tls", files.listener(ClientCertificates.REQUIRED, INTERVAL), clock, clock));
    tls.registerWith(telemetry.meter());
    return tls;
  }

  private TestAuthority.PemFiles files(X509Bundle bundle) {
    return AUTHORITY.write(folder, "server", bundle);
  }

  private void refused(TestAuthority.PemFiles files, String setting, Path file, String rule) {
    assertThatThrownBy(() -> server(files))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(setting + ": " + file + " (expected: ")
        .hasMessageContaining(rule);
  }

  private void assertMetric(String name, String value) {
    assertThat(telemetry.prometheusText())
        .containsPattern(name + "\\{[^}]*what=\"grpc.tls\"[^}]*} " + value);
  }

  @Test
  void what_is_not_enabled_is_null() {
    assertThat(ReloadingTls.server("grpc.tls", ServerTlsConfig.disabled(), clock, clock)).isNull();
    assertThat(ReloadingTls.client("tls", ClientTlsConfig.disabled(), clock, clock)).isNull();
  }

  @Test
  void a_missing_file_is_named() throws IOException {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    Files.delete(files.key());

    refused(files, "grpc.tls.private-key", files.key(), "a file that is there");
  }

  @Test
  void a_folder_is_no_file() throws IOException {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    Files.delete(files.key());
    Files.createDirectory(files.key());

    refused(files, "grpc.tls.private-key", files.key(), "a file that can be read");
  }

  @Test
  void another_certificates_key_is_refused() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    TestAuthority.write(files.key(), AUTHORITY.issue(b -> b).getPrivateKeyPEM());

    refused(
        files, "grpc.tls.private-key", files.key(), "the private key of the first certificate in");
  }

  @Test
  void a_key_of_another_algorithm_is_refused() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    TestAuthority.write(files.key(), AUTHORITY.issue(b -> b.rsa2048()).getPrivateKeyPEM());

    refused(
        files, "grpc.tls.private-key", files.key(), "the private key of the first certificate in");
  }

  @Test
  void an_expired_certificate_is_refused_and_its_time_said() {
    TestAuthority.PemFiles files = files(AUTHORITY.issueExpired());

    refused(files, "grpc.tls.certificate", files.certificate(), "expired at 2021-01-01T00:00:00Z");
  }

  @Test
  void a_certificate_of_the_future_is_refused() {
    Instant future = Instant.parse("2150-01-01T00:00:00Z");
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b.notBefore(future)));

    refused(files, "grpc.tls.certificate", files.certificate(), "not valid before " + future);
  }

  @Test
  void a_chain_in_the_wrong_order_is_refused() {
    X509Bundle leaf = AUTHORITY.issue(b -> b);
    TestAuthority.PemFiles files = files(leaf);
    String root = AUTHORITY.root().getCertificatePEM();
    TestAuthority.write(files.certificate(), leaf.getCertificatePEM() + root);
    server(files).close();

    X509Bundle stranger = new TestAuthority("Test CA").root();
    TestAuthority.write(
        files.certificate(), leaf.getCertificatePEM() + stranger.getCertificatePEM());

    refused(
        files, "grpc.tls.certificate", files.certificate(), "number 1 is not issued by number 2");
  }

  @Test
  void what_is_no_pem_is_refused() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    String begin = "-----BEGIN CERTIFICATE-----\n";
    String end = "-----END CERTIFICATE-----\n";
    String noise = Base64.getEncoder().encodeToString(new byte[100]);

    TestAuthority.write(files.certificate(), "");
    refused(files, "grpc.tls.certificate", files.certificate(), "at least one");
    TestAuthority.write(files.certificate(), begin + "AAAA");
    refused(files, "grpc.tls.certificate", files.certificate(), "begins and does not end");
    TestAuthority.write(files.certificate(), begin + noise + "\n" + end);
    refused(files, "grpc.tls.certificate", files.certificate(), "number 1 is none");
    TestAuthority.write(files.certificate(), "x".repeat(2 << 20));
    refused(files, "grpc.tls.certificate", files.certificate(), "at most 1048576 bytes");
  }

  @Test
  void keys_in_older_or_encrypted_form_are_refused_with_the_way_to_convert_them() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    String block = "-----BEGIN %s-----\nAAAA\n-----END %<s-----\n";

    TestAuthority.write(files.key(), block.formatted("EC PRIVATE KEY"));
    refused(files, "grpc.tls.private-key", files.key(), "openssl pkcs8 -topk8 -nocrypt");
    TestAuthority.write(files.key(), block.formatted("ENCRYPTED PRIVATE KEY"));
    refused(files, "grpc.tls.private-key", files.key(), "not encrypted");
    TestAuthority.write(files.key(), block.formatted("PRIVATE KEY"));
    refused(files, "grpc.tls.private-key", files.key(), "RSA, EC or EdDSA");
    TestAuthority.write(files.key(), "");
    refused(files, "grpc.tls.private-key", files.key(), "-----BEGIN PRIVATE KEY-----");
  }

  @Test
  void keys_of_rsa_and_ed25519_serve_too() {
    server(files(AUTHORITY.issue(b -> b.rsa2048()))).close();
    server(
            files(
                AUTHORITY.issue(
                    b -> b.algorithm(io.netty.pkitesting.CertificateBuilder.Algorithm.ed25519))))
        .close();
  }

  @Test
  void changed_files_are_used_from_the_next_look_on() {
    try (ReloadingTls tls = server(files(AUTHORITY.issue(b -> b)))) {
      SslContext before = tls.current();
      clock.advance(INTERVAL);
      assertThat(tls.current()).isSameAs(before);

      files(AUTHORITY.issue(b -> b));
      clock.advance(INTERVAL);

      assertThat(tls.current()).isNotSameAs(before);
      assertMetric("weir_files_reloads_total", "1");
      assertMetric("weir_files_refusals_total", "0");
    }
  }

  @Test
  void broken_files_leave_the_old_ones_in_force_and_are_counted_once() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    try (ReloadingTls tls = server(files)) {
      SslContext before = tls.current();

      TestAuthority.write(files.certificate(), "broken");
      clock.advance(INTERVAL.multipliedBy(5));

      assertThat(tls.current()).isSameAs(before);
      assertMetric("weir_files_refusals_total", "1");

      files(AUTHORITY.issue(b -> b));
      clock.advance(INTERVAL);

      assertThat(tls.current()).isNotSameAs(before);
      assertMetric("weir_files_refusals_total", "1");
    }
  }

  @Test
  void files_replaced_one_after_the_other_are_no_refusal() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    try (ReloadingTls tls = server(files)) {
      SslContext before = tls.current();
      X509Bundle next = AUTHORITY.issue(b -> b);

      TestAuthority.write(files.certificate(), next.getCertificatePEM());
      clock.advance(INTERVAL);
      TestAuthority.write(files.key(), next.getPrivateKeyPEM());
      clock.advance(INTERVAL);

      assertThat(tls.current()).isNotSameAs(before);
      assertMetric("weir_files_refusals_total", "0");
    }
  }

  @Test
  void files_that_are_gone_leave_the_old_ones_in_force() throws IOException {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    try (ReloadingTls tls = server(files)) {
      SslContext before = tls.current();
      Files.delete(files.certificate());
      clock.advance(INTERVAL.multipliedBy(3));

      assertThat(tls.current()).isSameAs(before);
      assertMetric("weir_files_refusals_total", "1");
    }
  }

  @Test
  void a_certificate_that_becomes_valid_later_comes_into_force_by_itself() {
    TestAuthority.PemFiles files = files(AUTHORITY.issue(b -> b));
    try (ReloadingTls tls = server(files)) {
      SslContext before = tls.current();
      Instant later = clock.now().plus(Duration.ofMinutes(1));
      files(AUTHORITY.issue(b -> b.notBefore(later)));

      clock.advance(Duration.ofSeconds(55));
      assertThat(tls.current()).isSameAs(before);
      clock.advance(Duration.ofSeconds(10));
      assertThat(tls.current()).isNotSameAs(before);
    }
  }

  @Test
  void the_days_left_are_a_metric() {
    Instant inTenDays = clock.now().plus(Duration.ofDays(10));
    try (ReloadingTls _ = server(files(AUTHORITY.issue(b -> b.notAfter(inTenDays))))) {
      assertMetric("weir_tls_certificate_days_left", "10.0");
      clock.advance(Duration.ofHours(36));
      assertMetric("weir_tls_certificate_days_left", "8.5");
    }
  }

  @Test
  void a_closed_one_looks_no_more() {
    ReloadingTls tls = server(files(AUTHORITY.issue(b -> b)));
    tls.close();

    assertThat(clock.pending()).isZero();
  }
}
