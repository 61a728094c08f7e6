package dev.weir.router.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.TestRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExposureLogTest {
  private static final RoutingTable TABLE = RoutingTable.compile(Snapshots.of(1, route()));

  private final TestClock clock = new TestClock();
  private final ExposureLog log = new ExposureLog(new ExposureConfig(100, 50), clock);

  private static Route route() {
    return Snapshots.canary("fraud", 500)
        .addLayers(
            Snapshots.halves(
                "ui",
                "ui",
                "colours",
                Snapshots.half("red", "baseline"),
                Snapshots.half("blue", "canary")))
        .build();
  }

  private static Decision.Routed of(String user) {
    return (Decision.Routed)
        TABLE.decide(new TestRequest("fraud").header("user", user), Randomness.seeded(1));
  }

  @Test
  void a_unit_is_told_of_once_with_what_it_saw() {
    Decision.Routed decision = of("ann");
    log.answered(decision);
    log.answered(decision);
    log.answered(of("ann"));

    List<Exposure> exposures = log.take(10);

    assertThat(exposures).hasSize(1);
    Exposure exposure = exposures.getFirst();
    assertThat(exposure.getRoute()).isEqualTo("fraud");
    assertThat(exposure.getLayer()).isEqualTo("ui");
    assertThat(exposure.getExperiment()).isEqualTo("colours");
    assertThat(exposure.getArm()).isIn("red", "blue");
    assertThat(exposure.getVariant()).isEqualTo(decision.variant().name());
    assertThat(exposure.getUnit()).isEqualTo(decision.unit());
    assertThat(exposure.getWeightBasisPoints()).isEqualTo(5_000);
    assertThat(exposure.getAt().getSeconds()).isEqualTo(clock.now().getEpochSecond());
  }

  @Test
  void requests_without_the_key_and_answers_of_something_else_are_no_exposures() {
    log.answered((Decision.Routed) TABLE.decide(new TestRequest("fraud"), Randomness.seeded(1)));
    Decision.Routed decision = of("ann");
    log.answered(decision.insteadBy(decision.variant()));

    assertThat(log.take(10)).isEmpty();
  }

  @Test
  void units_beyond_the_bound_are_dropped_and_counted() {
    for (int user = 0; user < 130; user++) {
      log.answered(of("user-" + user));
      if (user % 10 == 9) {
        log.take(100);
      }
    }

    assertThat(log.dropped()).isEqualTo(30);
    log.running(Set.of("fraud\nother"));
    log.answered(of("user-129"));
    assertThat(log.waiting()).isZero();

    log.running(Set.of("fraud\ncolours"));
    log.answered(of("user-129"));
    assertThat(log.waiting()).isEqualTo(1);
  }

  @Test
  void while_the_monitor_is_away_the_first_are_kept() {
    for (int user = 0; user < 60; user++) {
      log.answered(of("user-" + user));
    }

    assertThat(log.waiting()).isEqualTo(50);
    assertThat(log.dropped()).isEqualTo(10);
    log.take(100);
    log.answered(of("user-59"));
    assertThat(log.waiting()).isEqualTo(1);
  }

  @Test
  void what_is_not_acknowledged_is_sent_again() {
    var sent = new ArrayList<List<Exposure>>();
    var away = new boolean[] {true};
    var sender =
        new BatchSender<>(
            "exposures",
            log::take,
            batch -> {
              sent.add(batch);
              if (away[0]) {
                throw new IOException("away");
              }
            });
    log.answered(of("ann"));
    sender.flush();
    log.answered(of("bob"));
    away[0] = false;
    sender.flush();
    sender.flush();

    assertThat(sent).extracting(List::size).containsExactly(1, 1, 1);
    assertThat(sent.get(1)).isEqualTo(sent.get(0));
  }
}
