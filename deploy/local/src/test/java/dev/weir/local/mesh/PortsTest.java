package dev.weir.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

final class PortsTest {
  @Test
  void a_taken_port_is_replaced_and_said() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var notices = new ArrayList<String>();
      int port = new Ports(true, notices::add).take("router", taken.getLocalPort());
      assertThat(port).isNotEqualTo(taken.getLocalPort()).isPositive();
      assertThat(notices)
          .singleElement()
          .asString()
          .contains("router", String.valueOf(taken.getLocalPort()), "taken", String.valueOf(port));
    }
  }

  @Test
  void no_port_is_given_twice() {
    var ports = new Ports(false, notice -> {});
    var seen = new HashSet<Integer>();
    for (int i = 0; i < 200; i++) {
      assertThat(seen.add(ports.take("any", 0))).isTrue();
    }
  }
}
