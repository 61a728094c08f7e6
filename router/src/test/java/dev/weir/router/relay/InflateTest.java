package dev.weir.router.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InflateTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int CASES = 2_000;

  private static byte[] deflated(Inflate how, byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream deflater =
        how == Inflate.GZIP ? new GZIPOutputStream(out) : new DeflaterOutputStream(out)) {
      deflater.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void a_message_of_just_the_limit_is_taken_and_a_longer_one_is_not(Inflate how)
      throws IOException {
    byte[] bytes = "weir".repeat(1_000).getBytes(StandardCharsets.US_ASCII);

    assertThat(how.message(deflated(how, bytes), 4_000)).isEqualTo(bytes);
    assertThat(how.message(deflated(how, bytes), 3_999)).isNull();
    assertThat(how.message(deflated(how, new byte[0]), 0)).isEmpty();
  }

  /** A thousandth of what it inflates to. */
  @ParameterizedTest
  @EnumSource
  void a_bomb_is_not_inflated_beyond_the_limit(Inflate how) throws IOException {
    byte[] bomb = deflated(how, new byte[64 << 20]);

    assertThat(bomb.length).isLessThan(1 << 20);
    assertThat(how.message(bomb, 1 << 20)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void every_truncation_is_an_error(Inflate how) throws IOException {
    byte[] whole = deflated(how, "a message that was cut off".getBytes(StandardCharsets.US_ASCII));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> how.message(cut, 1_000))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_preset_dictionary_that_nobody_has_is_an_error_not_an_empty_message() {
    var deflater = new Deflater();
    byte[] bytes = "model_name".getBytes(StandardCharsets.US_ASCII);
    deflater.setDictionary(bytes);
    deflater.setInput(bytes);
    deflater.finish();
    var out = new byte[100];
    int length = deflater.deflate(out);
    deflater.end();
    byte[] message = Arrays.copyOf(out, length);

    assertThatThrownBy(() -> Inflate.DEFLATE.message(message, 1_000))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("dictionary");
  }

  /** Whatever comes: a message within the limit, none, or an error that is told. */
  @ParameterizedTest
  @EnumSource
  void changed_bytes(Inflate how) throws IOException {
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < CASES; i++) {
      var content = new byte[random.nextInt(300)];
      random.nextBytes(content);
      Arrays.fill(content, 0, content.length / 2, (byte) 7);
      byte[] bytes = deflated(how, content);
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        byte[] message = how.message(bytes, 1_000);
        assertThat(message == null || message.length <= 1_000).as("seed %d", SEED).isTrue();
      } catch (IOException e) {
        assertThat(e).as("seed %d, case %d", SEED, i).isNotNull();
      }
    }
  }
}
