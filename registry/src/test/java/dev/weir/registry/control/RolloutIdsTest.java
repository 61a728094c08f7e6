package dev.weir.registry.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RolloutIdsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:34:56.789Z");
  private final RolloutIds ids = new RolloutIds(Randomness.seeded(1));

  @Test
  void an_id_tells_its_time() {
    assertThat(ids.next(NOW, Optional.empty())).matches("20261124-123456-789-[0-9a-f]{4}");
    assertThat(ids.next(NOW, Optional.of("20261124-123456-788-ffff")))
        .startsWith("20261124-123456-789-");
  }

  @Test
  void ids_sort_by_creation_also_when_the_clock_goes_back() {
    String last = ids.next(NOW, Optional.empty());
    for (int i = 0; i < 1_000; i++) {
      String next = ids.next(NOW.minusSeconds(i), Optional.of(last));
      assertThat(next).isGreaterThan(last);
      last = next;
    }
  }
}
