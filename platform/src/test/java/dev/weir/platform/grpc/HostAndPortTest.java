package dev.weir.platform.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HostAndPortTest {
  @Test
  void reads_names_and_both_kinds_of_addresses_and_writes_them_back() {
    for (String text : List.of("localhost:80", "127.0.0.1:0", "[::1]:65535")) {
      assertThat(HostAndPort.parse("address", text)).hasToString(text);
    }
    assertThat(HostAndPort.parse("address", "[::1]:80")).isEqualTo(new HostAndPort("::1", 80));
  }

  @Test
  void refuses_everything_else() {
    for (String text : List.of("", "80", ":80", "host", "host:", "host:x", "host:65536", "h:-1")) {
      assertThatThrownBy(() -> HostAndPort.parse("monitor", text))
          .hasMessage("monitor: " + text + " (expected: host:port, port 0 to 65535)");
    }
  }
}
