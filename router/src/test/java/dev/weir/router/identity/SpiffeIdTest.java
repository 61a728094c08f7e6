package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://prod/shop",
        "spiffe://prod.example.org/ns/Shop/sa/web-1_a.b",
        "spiffe://1.2.3.4/x",
        "spiffe://a_b-c/...",
      })
  void ids_of_workloads_are_valid(String id) {
    assertThat(SpiffeId.isValid(id)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe:",
        "spiffe://",
        "spiffe:///path",
        "spiffe://prod",
        "spiffe://prod/",
        "spiffe://prod/a/",
        "spiffe://prod//a",
        "spiffe://prod/.",
        "spiffe://prod/a/../b",
        "spiffe://Prod/a",
        "SPIFFE://prod/a",
        "spiffe://prod:8001/a",
        "spiffe://user@prod/a",
        "spiffe://prod/a?b",
        "spiffe://prod/a?",
        "spiffe://prod/a#b",
        "spiffe://prod/%61",
        "spiffe://prod/ä",
        "spiffe://prod/a b",
        "spiffe://prod?/a",
        "https://prod/a",
      })
  void everything_else_is_none(String id) {
    assertThat(SpiffeId.isValid(id)).isFalse();
  }

  @Test
  void the_lengths_are_bounded() {
    assertThat(SpiffeId.isValid("spiffe://" + "a".repeat(255) + "/b")).isTrue();
    assertThat(SpiffeId.isValid("spiffe://" + "a".repeat(256) + "/b")).isFalse();
    assertThat(SpiffeId.isValid("spiffe://a/" + "b".repeat(2_037))).isTrue();
    assertThat(SpiffeId.isValid("spiffe://a/" + "b".repeat(2_038))).isFalse();
  }

  @Test
  void a_claim_is_one_also_when_it_is_not_valid() {
    assertThat(SpiffeId.isClaimedBy("SPIFFE:whatever")).isTrue();
    assertThat(SpiffeId.isClaimedBy("https://spiffe:")).isFalse();
  }
}
