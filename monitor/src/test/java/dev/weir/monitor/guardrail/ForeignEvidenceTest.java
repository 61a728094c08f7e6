package dev.weir.monitor.guardrail;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static dev.weir.monitor.simulated.SimulatedTraffic.ROUTE;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.foreign.ForeignConfig;
import dev.weir.monitor.foreign.Spans;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.route.v1.VerdictState;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans of a foreign gateway that draws its units and says how, every five seconds. */
final class ForeignEvidenceTest {
  private static final double SHARE = 0.2;
  private static final int PER_SECOND = 60;

  private final RandomGenerator random = Randomness.seeded(11);
  private final TestClock clock = new TestClock();
  private final Instant origin = clock.now();
  private final IntakeCounts counts = new IntakeCounts();
  private ForeignCalls calls = new ForeignCalls(ForeignConfig.defaults(), counts, clock);
  private BookUnderTest test = book();

  private BookUnderTest book() {
    var book = new BookUnderTest(clock, EvidenceConfig.defaults(), List.of(calls.memory()));
    book.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    return book;
  }

  /** The spans that end within five seconds. */
  private ResourceSpans export(int from, double canaryErrors, boolean drawn) {
    var spans = new ArrayList<Span>();
    for (int i = 0; i < 5 * PER_SECOND; i++) {
      boolean canary = random.nextDouble() < SHARE;
      boolean fails = random.nextDouble() < (canary ? canaryErrors : 0.01);
      var attributes = new ArrayList<Object>();
      attributes.addAll(
          List.of("weir.route", ROUTE, "weir.variant", canary ? "canary" : "baseline"));
      attributes.addAll(List.of("weir.version", canary ? "2" : "1"));
      attributes.addAll(List.of("rpc.grpc.status_code", fails ? 13 : 0));
      if (drawn) {
        attributes.addAll(List.of("weir.arm", canary ? "ARM_CANARY" : "ARM_BASELINE"));
        attributes.addAll(List.of("weir.canary_probability", SHARE, "weir.rollout", ROLLOUT));
      }
      spans.add(
          Spans.span(
                  SPAN_KIND_SERVER,
                  origin,
                  1_000L * from + random.nextInt(5_000),
                  random.nextInt(5, 40),
                  attributes.toArray())
              .build());
    }
    return Spans.of("gateway", "x", spans);
  }

  private void take(ResourceSpans spans) {
    clock.advance(Duration.ofSeconds(5));
    calls.take(List.of(spans));
    calls.close(test.book);
  }

  private void end() {
    clock.advance(Duration.ofSeconds(60));
    calls.close(test.book);
  }

  private long judged() {
    return test.verdict().getGuardrailsList().stream()
        .filter(evidence -> evidence.getGuardrail().equals("error_rate"))
        .mapToLong(evidence -> evidence.getCanaryUnits() + evidence.getBaselineUnits())
        .sum();
  }

  @Test
  void a_bad_canary_behind_a_foreign_gateway_is_found() {
    for (int at = 0; at < 60; at += 5) {
      take(export(at, 0.3, true));
    }
    end();
    assertThat(test.decided)
        .singleElement()
        .satisfies(verdict -> {
          assertThat(verdict.getState()).isEqualTo(VerdictState.VIOLATED);
          assertThat(verdict.getDecisiveGuardrail()).isEqualTo("error_rate");
        });
  }

  @Test
  void without_a_recorded_draw_nothing_is_bet() {
    for (int at = 0; at < 60; at += 5) {
      take(export(at, 0.9, false));
    }
    end();
    assertThat(test.decided).isEmpty();
    assertThat(judged()).isZero();
    assertThat(test.verdict().getCanaryRequests()).isZero();
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS)).isEqualTo(60 * PER_SECOND);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void no_span_counts_twice_whenever_the_monitor_was_killed(long seed) throws IOException {
    RandomGenerator chance = Randomness.seeded(seed);
    var sent = new ArrayList<ResourceSpans>();
    byte[] disk = null;
    int restarts = 0;
    for (int at = 0; at < 300; at += 5) {
      ResourceSpans next = export(at, 0.01, true);
      sent.add(next);
      take(next);
      if (chance.nextInt(3) == 0) {
        // an exporter that got no answer sends again
        calls.take(List.of(sent.get(chance.nextInt(sent.size()))));
      }
      if (chance.nextBoolean()) {
        var image = test.book.image();
        if (image.isPresent()) {
          disk = image.get().bytes();
        }
      }
      if (disk != null && chance.nextInt(6) == 0) {
        calls = new ForeignCalls(ForeignConfig.defaults(), counts, clock);
        test = book();
        test.book.restore(disk);
        test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
        restarts++;
        for (ResourceSpans again : sent.subList(Math.max(0, sent.size() - 6), sent.size())) {
          calls.take(List.of(again));
        }
      }
      assertThat(judged()).isLessThanOrEqualTo((long) sent.size() * 5 * PER_SECOND);
    }
    end();
    assertThat(restarts).isPositive();
    assertThat(test.decided).isEmpty();
    assertThat(judged()).isPositive();
  }
}
