package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class HorizonTest {
  private static final TopicPartition SAMPLES = new TopicPartition("weir.samples", 0);

  @Test
  void behind_it_lie_as_many_predictions_as_are_remembered_and_little_more() {
    RandomGenerator random = Randomness.seeded(3);
    long remembered = 1_000;
    var horizon = new Horizon(remembered, Map.of(SAMPLES, 0L));
    long read = 0;
    // the offset is the number of predictions read
    for (int i = 0; i < 1_000; i++) {
      int predictions = random.nextInt(50);
      read += predictions;
      long place = read;
      horizon.passed(predictions, () -> Map.of(SAMPLES, place));
      long behind = read - horizon.places().getOrDefault(SAMPLES, -1L);
      assertThat(behind).isBetween(Math.min(read, remembered), remembered + 2 * (1_000 / 32 + 50));
    }
  }
}
