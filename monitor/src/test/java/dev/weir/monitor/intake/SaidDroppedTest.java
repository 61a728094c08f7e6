package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SaidDroppedTest {
  private final SaidDropped said = new SaidDropped(2);

  @Test
  void only_what_is_new_counts() {
    assertThat(said.more("a", 5)).isEqualTo(5);
    assertThat(said.more("a", 5)).isZero();
    assertThat(said.more("a", 7)).isEqualTo(2);
    assertThat(said.more("b", 1)).isEqualTo(1);
    assertThat(said.more("b", 0)).isZero();
  }

  @Test
  void of_too_many_the_one_heard_longest_ago_is_forgotten() {
    said.more("a", 5);
    said.more("b", 5);
    said.more("a", 5);
    said.more("c", 5);
    assertThat(said.more("a", 6)).isEqualTo(1);
    assertThat(said.more("b", 6)).isEqualTo(6);
  }
}
