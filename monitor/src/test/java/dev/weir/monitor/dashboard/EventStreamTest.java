package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class EventStreamTest {
  @Test
  void a_listener_gets_the_first_text_and_each_later_one() {
    var events = new EventStream(1, 3);
    List<String> got = new CopyOnWriteArrayList<>();
    assertThat(events.reserve()).isTrue();
    Thread page = Thread.startVirtualThread(() -> events.listen("first", got::add));
    await().until(() -> events.size() == 1 && got.size() == 1);
    events.publish("second");
    await().until(() -> got.size() == 2);
    assertThat(got).containsExactly("first", "second");
    events.close();
    await().until(() -> !page.isAlive());
  }

  @Test
  void there_are_only_so_many_places_and_one_is_free_again_when_a_page_goes() {
    var events = new EventStream(1, 3);
    assertThat(events.reserve()).isTrue();
    assertThat(events.reserve()).isFalse();
    events.listen(
        "first",
        text -> {
          throw new IllegalStateException("the page is gone");
        });
    assertThat(events.reserve()).isTrue();
  }

  @Test
  void a_page_that_does_not_read_is_cut_off_and_delays_nobody() {
    var events = new EventStream(2, 3);
    var stuck = new CountDownLatch(1);
    events.reserve();
    Thread slow =
        Thread.startVirtualThread(() -> events.listen("first", text -> awaitForever(stuck)));
    List<String> got = new CopyOnWriteArrayList<>();
    events.reserve();
    Thread.startVirtualThread(() -> events.listen("first", got::add));
    await().until(() -> events.size() == 2 && got.size() == 1);
    for (int i = 0; i < 4; i++) {
      events.publish("text " + i);
      int expected = i + 2;
      await().until(() -> got.size() == expected);
    }
    assertThat(events.cutOff()).isEqualTo(1);
    await().until(() -> !slow.isAlive());
    assertThat(events.size()).isEqualTo(1);
    events.close();
    assertThat(events.reserve()).isFalse();
  }

  private static void awaitForever(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the connection was closed", e);
    }
  }
}
