package dev.weir.worker.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.time.Clock;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RoomTest {
  private static Room room(int capacity, int maxWaiting, Duration maxWait) {
    return new Room(capacity, maxWaiting, maxWait, Clock.system());
  }

  private static Room.Seat seat(Room room) {
    return ((Room.Entry.Admitted) room.enter()).seat();
  }

  private static Refusal refusal(Room room) {
    return ((Room.Entry.Refused) room.enter()).refusal();
  }

  @Test
  void as_many_as_the_capacity_are_in_and_a_seat_is_given_back_once() {
    Room room = room(2, 0, Duration.ZERO);
    Room.Seat first = seat(room);
    seat(room);
    assertThat(room.inFlight()).isEqualTo(2);
    Refusal refusal = refusal(room);
    assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo("queue_full");
    assertThat(refusal.message()).contains("2 places");
    first.close();
    first.close();
    assertThat(room.inFlight()).isEqualTo(1);
    seat(room);
    assertThat(refusal(room).reason()).isEqualTo("queue_full");
  }

  @Test
  void who_waits_too_long_is_refused() {
    Room room = room(1, 1, Duration.ofMillis(1));
    seat(room);
    Refusal refusal = refusal(room);
    assertThat(refusal.reason()).isEqualTo("queue_wait");
    assertThat(refusal.message()).contains("within 1 ms");
    assertThat(room.waiting()).isZero();
  }

  @Test
  void a_deadline_shortens_the_wait() throws Exception {
    Room room = room(1, 1, Duration.ofMinutes(1));
    seat(room);
    try (var timer = Executors.newSingleThreadScheduledExecutor()) {
      Context.CancellableContext context =
          Context.current().withDeadlineAfter(1, TimeUnit.MILLISECONDS, timer);
      assertThat(context.call(() -> refusal(room)).reason()).isEqualTo("queue_wait");
      context.cancel(null);
    }
  }

  @Test
  void who_waits_gets_the_seat_that_becomes_free() throws Exception {
    Room room = room(1, 1, Duration.ofMinutes(1));
    Room.Seat seat = seat(room);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = threads.submit(room::enter);
      await().until(() -> room.waiting() == 1);
      assertThat(refusal(room).reason()).isEqualTo("queue_full");
      seat.close();
      assertThat(waiting.get()).isInstanceOf(Room.Entry.Admitted.class);
    }
  }

  @Test
  void once_draining_everything_new_is_refused_and_those_inside_are_waited_for() throws Exception {
    Room room = room(2, 2, Duration.ofSeconds(1));
    Room.Seat seat = seat(room);
    room.drain();
    Refusal refusal = refusal(room);
    assertThat(refusal.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refusal.reason()).isEqualTo("draining");
    assertThat(room.awaitEmpty(Duration.ofMillis(1))).isFalse();
    seat.close();
    assertThat(room.awaitEmpty(Duration.ofMillis(1))).isTrue();
  }

  @Test
  void under_contention_never_more_than_the_capacity_are_in() throws Exception {
    Room room = room(3, 1_000, Duration.ofMinutes(1));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 300; i++) {
        results.add(
            threads.submit(() -> {
              try (Room.Seat _ = seat(room)) {
                return room.inFlight();
              }
            }));
      }
      for (var result : results) {
        assertThat(result.get()).isBetween(1, 3);
      }
    }
    assertThat(room.inFlight()).isZero();
  }
}
