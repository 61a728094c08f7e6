package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class LogPlaceTest {
  private static final LogPlace PLACE =
      new LogPlace(
          Map.of(
              new TopicPartition("weir.samples", 2), new LogPlace.Spot(258, 7),
              new TopicPartition("weir.labels", 0), new LogPlace.Spot(3, 3)));

  private static final String GOLDEN =
      "0100000002"
          + "000b776569722e6c6162656c73"
          + "0000000000000000000000030000000000000003"
          + "000c776569722e73616d706c6573"
          + "0000000200000000000001020000000000000007";

  @Test
  void a_place_outlives_being_written() {
    assertThat(LogPlace.fromBytes(PLACE.toBytes())).isEqualTo(PLACE);
    assertThat(LogPlace.fromBytes(new byte[0])).isEqualTo(LogPlace.nowhere());
  }

  @Test
  void its_bytes_stay_as_they_are() {
    assertThat(HexFormat.of().formatHex(PLACE.toBytes())).isEqualTo(GOLDEN);
  }

  @Test
  void what_is_cut_off_or_of_another_version_is_refused() {
    byte[] bytes = PLACE.toBytes();
    for (int length = 1; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> LogPlace.fromBytes(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    bytes[0] = 2;
    assertThatThrownBy(() -> LogPlace.fromBytes(bytes)).hasMessage("version: 2 (expected: 1)");
  }

  @Test
  void reading_again_never_begins_after_the_place() {
    assertThatThrownBy(() -> new LogPlace.Spot(3, 4))
        .hasMessage("from: 4 (expected: 0 to 3, the next offset)");
  }
}
