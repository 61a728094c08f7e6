package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.route.v1.Hedge;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.balance.Worker;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many exchanges at once, whose events come in random order, as a data plane brings them. */
class ExchangeSimulationTest {
  private static final StatusCode[] FAILURES = {
    StatusCode.UNAVAILABLE,
    StatusCode.UNAVAILABLE,
    StatusCode.CANCELLED,
    StatusCode.INTERNAL,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.INVALID_ARGUMENT,
    StatusCode.RESOURCE_EXHAUSTED
  };

  private static final class Run {
    private final RandomGenerator random;
    private final ExchangeWorld world;
    private final int maxAttempts;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Call> open = new ArrayList<>();
    private final StringBuilder log = new StringBuilder();
    private int started;
    private int ended;

    Run(long seed) {
      random = Randomness.seeded(seed);
      maxAttempts = 1 + random.nextInt(3);
      Route route =
          Snapshots.canary("fraud", 5_000)
              .setRetry(
                  RetryPolicy.newBuilder()
                      .setPerTryTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                      .setHedge(Hedge.newBuilder().setAfterQuantile(0.5)))
              .build();
      world =
          new ExchangeWorld(
              seed,
              ExchangeWorld.retry(maxAttempts, random.nextDouble(), random.nextInt(20)),
              4 + random.nextInt(10),
              route);
      for (int i = 0; i < 4; i++) {
        workers.add(world.worker("worker-" + i, "1", "2"));
      }
    }

    /** One call as the data plane sees it. */
    private final class Call {
      private final Exchange exchange = world.open();
      private final List<Attempt> inFlight = new ArrayList<>();
      private final Map<String, Integer> triesByVersion = new HashMap<>();
      private int ends;
      private boolean paused;

      Call() {
        started++;
        exchange.limit(random.nextLong(5_000_000_000L));
        take(exchange.begin());
      }

      void take(NextStep step) {
        log.append(step instanceof NextStep.Send ? "Send" : step).append('\n');
        switch (step) {
          case NextStep.Send(var attempt) -> sent(attempt);
          case NextStep.End(var code, var message) -> end(code, message);
          case NextStep.Wait _ -> assertThat(inFlight).as("somebody is waited for").isNotEmpty();
          case NextStep.Give _ -> throw new AssertionError("its ladder has no stored answer");
          case NextStep.Pause(var nanos) -> {
            assertThat(nanos).isPositive();
            assertThat(inFlight).isEmpty();
            paused = true;
          }
        }
      }

      void sent(Attempt attempt) {
        assertThat(ends).isZero();
        inFlight.forEach(a -> assertThat(a.worker()).isNotSameAs(attempt.worker()));
        inFlight.add(attempt);
        assertThat(inFlight).hasSizeLessThanOrEqualTo(2);
        assertThat(triesByVersion.merge(attempt.decision().variant().name(), 1, Integer::sum))
            .isLessThanOrEqualTo(maxAttempts);
        assertThat(attempt.number()).isEqualTo(exchange.attempts());
        assertThat(attempt.timeoutNanos()).isBetween(0L, 1_000_000_000L);
      }

      /** Every now and then twice, as careless callers do. */
      void end(StatusCode code, String message) {
        assertThat(inFlight).isEmpty();
        ends++;
        ended++;
        paused = false;
        exchange.ended(code, message);
        if (random.nextInt(4) == 0) {
          exchange.ended(StatusCode.OK, "again");
        }
      }

      void step() {
        if (paused && random.nextInt(2) == 0) {
          paused = false;
          take(exchange.resume());
        } else if (inFlight.isEmpty() || random.nextInt(20) == 0) {
          goAway();
        } else {
          Attempt attempt = inFlight.get(random.nextInt(inFlight.size()));
          switch (random.nextInt(6)) {
            case 0, 1 -> answered(attempt);
            case 2, 3 -> failed(attempt);
            default -> hedge();
          }
        }
      }

      void hedge() {
        exchange.hedgeDelayNanos();
        Attempt hedge = exchange.hedge();
        if (hedge != null) {
          assertThat(hedge.isHedge()).isTrue();
          sent(hedge);
        }
      }

      void answered(Attempt attempt) {
        inFlight.remove(attempt);
        exchange.attemptAnswered(attempt);
        for (Attempt loser : inFlight) {
          if (random.nextInt(3) == 0) {
            // its end overtook the word that it is given up
            assertThat(exchange.attemptFailed(loser, StatusCode.UNAVAILABLE, "late", true, false))
                .isSameAs(NextStep.WAIT);
          }
          exchange.attemptAbandoned(loser);
        }
        inFlight.clear();
        end(StatusCode.OK, "");
      }

      void failed(Attempt attempt) {
        inFlight.remove(attempt);
        StatusCode code = FAILURES[random.nextInt(FAILURES.length)];
        long pushback = random.nextInt(5) == 0 ? random.nextInt(-1, 1_500) : Pushback.NONE;
        boolean nothingAnswered = random.nextInt(10) > 0 || !inFlight.isEmpty();
        take(exchange.attemptFailed(attempt, code, "failed", nothingAnswered, false, pushback));
      }

      void goAway() {
        exchange.ended(StatusCode.CANCELLED, "gone");
        ended++;
        ends++;
        paused = false;
        for (Attempt attempt : inFlight) {
          if (random.nextBoolean()) {
            exchange.attemptAbandoned(attempt);
          } else {
            exchange.attemptFailed(attempt, StatusCode.CANCELLED, "gone", true, true);
          }
        }
        inFlight.clear();
        assertThat(exchange.hedge()).isNull();
      }

      boolean isOver() {
        return ends > 0;
      }
    }

    Run play() {
      for (int step = 0; step < 4_000; step++) {
        world.clock.advance(Duration.ofNanos(random.nextLong(30_000_000)));
        if (random.nextInt(50) == 0) {
          Worker worker = workers.get(random.nextInt(workers.size()));
          world.drain(worker);
        } else if (random.nextInt(50) == 0) {
          world.ready(workers.get(random.nextInt(workers.size())), "1", "2");
        }
        if (open.size() < 12 && random.nextInt(3) == 0) {
          open.add(new Call());
        } else if (!open.isEmpty()) {
          open.get(random.nextInt(open.size())).step();
        }
        open.removeIf(Call::isOver);
        workers.forEach(w -> assertThat(w.inFlight()).isNotNegative());
        assertThat(workers.stream().mapToInt(Worker::inFlight).sum())
            .isEqualTo(open.stream().mapToInt(c -> c.inFlight.size()).sum());
      }
      while (!open.isEmpty()) {
        open.getFirst().goAway();
        open.removeIf(Call::isOver);
      }
      return this;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void whatever_comes_each_lease_ends_once_and_each_exchange_has_one_outcome(long seed) {
    Run run = new Run(seed).play();

    assertThat(run.ended).isEqualTo(run.started).isGreaterThan(300);
    assertThat(run.workers).allSatisfy(w -> assertThat(w.inFlight()).isZero());
    List<OutcomeCell> cells = run.world.cells();
    assertThat(cells.stream().mapToLong(OutcomeCell::getUnfinished).sum()).isZero();
    long started = cells.stream().mapToLong(OutcomeCell::getStarted).sum();
    assertThat(started)
        .as("a fallback counts the canary and the answer")
        .isBetween((long) run.started, 2L * run.started);
  }

  @Test
  void the_same_seed_gives_the_same_events() {
    assertThat(new Run(99).play().log.toString()).isEqualTo(new Run(99).play().log.toString());
  }
}
