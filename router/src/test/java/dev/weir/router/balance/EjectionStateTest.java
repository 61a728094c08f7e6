package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EjectionStateTest {
  private static final EjectionConfig CONFIG = Ejecting.after(3);

  private static long seconds(double seconds) {
    return (long) (seconds * 1e9);
  }

  private static EjectionState ejected(long atNanos) {
    EjectionState state = EjectionState.fresh(0);
    for (int i = 0; i < 3; i++) {
      state = state.failed(atNanos, CONFIG);
    }
    return state;
  }

  @Test
  void failures_in_a_row_eject_for_the_first_backoff() {
    EjectionState two =
        EjectionState.fresh(0).failed(seconds(5), CONFIG).failed(seconds(5), CONFIG);

    assertThat(two).isEqualTo(new EjectionState.In(2, 0, 0));
    assertThat(two.failed(seconds(5), CONFIG)).isEqualTo(new EjectionState.Out(1, seconds(6)));
  }

  @Test
  void a_success_in_between_starts_the_row_again() {
    EjectionState state =
        EjectionState.fresh(0).failed(1, CONFIG).failed(2, CONFIG).succeeded(3, CONFIG);

    assertThat(state).isEqualTo(new EjectionState.In(0, 0, 0));
  }

  @Test
  void one_request_probes_when_the_backoff_is_over() {
    EjectionState out = ejected(0);

    assertThat(out.probed(seconds(0.9), CONFIG)).isSameAs(out);
    EjectionState probing = out.probed(seconds(1), CONFIG);
    assertThat(probing).isEqualTo(new EjectionState.Probing(1, seconds(1)));
    assertThat(probing.probed(seconds(2), CONFIG)).isSameAs(probing);
    assertThat(probing.succeeded(seconds(2), CONFIG))
        .isEqualTo(new EjectionState.In(0, 1, seconds(2)));
  }

  @Test
  void a_failed_probe_doubles_the_backoff_up_to_the_longest() {
    EjectionState state = ejected(0);
    long now = 0;
    double[] backoffs = {2, 4, 8, 16, 30, 30};
    for (double backoff : backoffs) {
      now += seconds(60);
      state = state.probed(now, CONFIG).failed(now, CONFIG);
      assertThat(((EjectionState.Out) state).untilNanos() - now).isEqualTo(seconds(backoff));
    }
  }

  @Test
  void a_probe_that_does_not_end_is_repeated() {
    EjectionState probing = ejected(0).probed(seconds(1), CONFIG);

    assertThat(probing.probed(seconds(11), CONFIG))
        .isEqualTo(new EjectionState.Probing(1, seconds(11)));
  }

  @Test
  void one_that_stands_out_goes_out_like_one_that_fails() {
    assertThat(EjectionState.fresh(0).stoodOut(seconds(5), CONFIG))
        .isEqualTo(new EjectionState.Out(1, seconds(6)));
    EjectionState out = ejected(0);
    assertThat(out.stoodOut(1, CONFIG)).isSameAs(out);
  }

  @Test
  void requests_that_end_while_it_is_out_change_nothing() {
    EjectionState out = ejected(0);

    assertThat(out.succeeded(1, CONFIG)).isSameAs(out);
    assertThat(out.failed(1, CONFIG)).isSameAs(out);
  }

  @Test
  void earlier_ejections_are_forgotten_after_a_quiet_time() {
    EjectionState back = ejected(0).probed(seconds(1), CONFIG).succeeded(seconds(1), CONFIG);

    assertThat(back.succeeded(seconds(60), CONFIG)).isSameAs(back);
    assertThat(back.succeeded(seconds(62), CONFIG))
        .isEqualTo(new EjectionState.In(0, 0, seconds(1)));
  }
}
