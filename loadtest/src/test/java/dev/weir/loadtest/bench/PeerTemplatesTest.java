package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerTemplatesTest {
  private static final Tls TLS = new Tls(Path.of("/c.pem"), Path.of("/k.pem"), Path.of("/b.pem"));

  @TempDir Path folder;

  private String written(String template, boolean encrypted) throws Exception {
    var templates =
        new PeerTemplates(Path.of("bench", "peers"), List.of(7_001, 7_002), encrypted ? TLS : null);
    return Files.readString(templates.write(template, folder, 8_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"envoy.yaml", "nginx.conf", "haproxy.cfg", "haproxy-64k.cfg", "haproxy-tcp.cfg"})
  void nothing_is_left_to_fill_in(String template) throws Exception {
    for (boolean encrypted : new boolean[] {false, true}) {
      assertThat(written(template, encrypted))
          .doesNotContainPattern("@[A-Z]")
          .contains("8000", "7001");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"envoy.yaml", "nginx.conf", "haproxy.cfg", "haproxy-64k.cfg"})
  void both_sides_are_encrypted_or_neither(String template) throws Exception {
    assertThat(written(template, true))
        .contains(template.startsWith("haproxy") ? "/b.pem" : "/k.pem");
    assertThat(written(template, true)).contains("/c.pem");
    assertThat(written(template, false)).doesNotContain(".pem\"");
  }
}
