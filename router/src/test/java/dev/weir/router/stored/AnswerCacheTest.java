package dev.weir.router.stored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import dev.weir.router.policy.Rung;
import dev.weir.router.policy.VersionId;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AnswerCacheTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final TestClock clock = new TestClock();

  private AnswerCache cache(int entries, long bytes) {
    return new AnswerCache(new Rung.Cached(MINUTE, entries, bytes), clock);
  }

  private static RequestKey key(int number) {
    var digest = new RequestKey.Digest();
    digest.add(ByteBuffer.allocate(4).putInt(0, number));
    return digest.key();
  }

  private static StoredAnswer answer(int bytes) {
    return new StoredAnswer(
        new byte[bytes], new VersionId("fraud", "1"), new Rung.Cached(MINUTE, 1, 1));
  }

  @Test
  void an_answer_is_found_until_it_is_too_old() {
    AnswerCache cache = cache(10, 100_000);
    StoredAnswer kept = answer(10);
    cache.put(key(1), kept);

    clock.advance(Duration.ofNanos(MINUTE - 1));
    assertThat(cache.find(key(1))).isSameAs(kept);
    assertThat(cache.find(key(2))).isNull();
    clock.advance(Duration.ofNanos(1));
    assertThat(cache.find(key(1))).isNull();
  }

  @Test
  void a_later_answer_takes_the_place_of_the_one_before() {
    AnswerCache cache = cache(10, 100_000);
    StoredAnswer later = answer(20);
    cache.put(key(1), answer(10));
    cache.put(key(1), later);

    assertThat(cache.find(key(1))).isSameAs(later);
    assertThat(cache.size()).isEqualTo(1);
  }

  @Test
  void neither_number_nor_bytes_grow_beyond_their_bounds() {
    AnswerCache few = cache(10, 1_000_000);
    AnswerCache small = cache(1_000, 10_000);
    for (int i = 0; i < 5_000; i++) {
      few.put(key(i), answer(1));
      small.put(key(i), answer(800));
    }

    assertThat(few.size()).isBetween(1L, 10L);
    assertThat(small.size()).isBetween(1L, 10L);
  }

  @Test
  void an_answer_over_all_the_bytes_is_not_kept() {
    AnswerCache cache = cache(10, 1_024);
    cache.put(key(1), answer(5_000));

    assertThat(cache.find(key(1))).isNull();
  }
}
