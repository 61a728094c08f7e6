package dev.weir.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResourcesTest {
  private final List<String> log = new ArrayList<>();
  private final Resources resources = new Resources();

  private AutoCloseable closing(String name) {
    return resources.add(name, () -> log.add("close " + name));
  }

  @Test
  void everything_drains_in_the_order_given_then_closes_in_reverse_order_of_opening() {
    AutoCloseable store = closing("store");
    closing("server");
    resources.onDrain("discovery", () -> log.add("drain discovery"));
    closing("watch");
    resources.onDrain("server", () -> log.add("drain server"));
    resources.close();
    assertThat(log)
        .containsExactly(
            "drain discovery", "drain server", "close watch", "close server", "close store");
    assertThat(store).isNotNull();
  }

  @Test
  void what_fails_does_not_keep_the_rest_from_ending() {
    closing("store");
    resources.add(
        "broken",
        () -> {
          throw new IOException("this test's resource fails");
        });
    resources.onDrain(
        "broken",
        () -> {
          throw new IllegalStateException("this test's step fails");
        });
    resources.onDrain("server", () -> log.add("drain server"));
    resources.close();
    assertThat(log).containsExactly("drain server", "close store");
  }

  @Test
  void closing_twice_closes_once() {
    closing("store");
    resources.close();
    resources.close();
    assertThat(log).containsExactly("close store");
  }

  @Test
  void what_is_interrupted_leaves_the_thread_interrupted() {
    closing("store");
    resources.add(
        "waiting",
        () -> {
          throw new InterruptedException("this test's resource is interrupted");
        });
    resources.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(log).containsExactly("close store");
  }
}
