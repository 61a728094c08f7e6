package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.wire.KeyValue;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Golden values: made with the reference implementation (xxhash 0.8 by its Python binding). */
class StickyHashTest {
  private static long xxh64(String text, long seed) {
    return StickyHash.xxh64(text.getBytes(StandardCharsets.US_ASCII), seed);
  }

  @Test
  void xxh64_agrees_with_the_reference() {
    assertThat(xxh64("", 0)).isEqualTo(0xef46db3751d8e999L);
    assertThat(xxh64("a", 0)).isEqualTo(0xd24ec4f1a98c6e5bL);
    assertThat(xxh64("as", 0)).isEqualTo(0x1c330fb2d66be179L);
    assertThat(xxh64("asd", 0)).isEqualTo(0x631c37ce72a97393L);
    assertThat(xxh64("asdf", 0)).isEqualTo(0x415872f599cea71eL);
    assertThat(xxh64("abc", 0)).isEqualTo(0x44bc2cf5ad770999L);
    assertThat(xxh64("abc", 0x9E3779B185EBCA8DL)).isEqualTo(0x7e49c9d7e85a4ab6L);
    assertThat(xxh64("Call me Ishmael. Some years ago--never mind how long precisely-", 0))
        .isEqualTo(0x02a2e85470d6fd96L);
    byte[] counting = new byte[101];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = (byte) i;
    }
    assertThat(StickyHash.xxh64(counting, 42)).isEqualTo(0x5199593eb8b7a194L);
  }

  @Test
  void units_and_buckets_are_the_same_in_every_router_and_release() {
    var salted = new StickyHash("employment");
    assertUnit(salted, new KeyValue.Text("user-1"), 0xfb4977c6289329c2L, 9815);
    assertUnit(salted, new KeyValue.Text("42"), 0x0ebac9da73202d8bL, 575);
    assertUnit(salted, new KeyValue.Whole(42), 0xfc341aeddbb6891eL, 9851);
    assertUnit(new StickyHash(""), new KeyValue.Text("user-1"), 0x09c63b0033f73545L, 381);
  }

  private static void assertUnit(StickyHash hash, KeyValue key, long unit, int bucket) {
    assertThat(hash.unit(key)).isEqualTo(unit);
    assertThat(StickyHash.bucket(unit)).isEqualTo(bucket);
  }

  @Test
  void buckets_end_where_they_should() {
    assertThat(StickyHash.bucket(1)).isZero();
    assertThat(StickyHash.bucket(-1)).isEqualTo(9_999);
  }
}
