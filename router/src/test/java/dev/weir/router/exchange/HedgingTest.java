package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Hedge;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hedging gives when now and then a worker takes long, in simulated time. */
class HedgingTest {
  private static final int REQUESTS = 20_000;
  private static final double STRAGGLERS = 0.03;

  private static final class Mesh {
    private final RandomGenerator services;
    private final ExchangeWorld world;
    private final List<Long> latencies = new ArrayList<>();

    Mesh(long seed, Route route) {
      services = Randomness.seeded(seed);
      world = new ExchangeWorld(seed, ExchangeWorld.retry(2, 0.1, 0), route);
      for (int i = 0; i < 4; i++) {
        world.worker("worker-" + i, "1");
      }
    }

    private final class Call {
      private final Exchange exchange = world.open();
      private final long start = world.clock.nanoTime();
      private final List<Attempt> inFlight = new ArrayList<>();

      void begin() {
        send(((NextStep.Send) exchange.begin()).attempt());
        long delay = exchange.hedgeDelayNanos();
        if (delay >= 0) {
          world.clock.after(Duration.ofNanos(delay), this::hedge);
        }
      }

      void hedge() {
        Attempt hedge = exchange.hedge();
        if (hedge != null) {
          send(hedge);
        }
      }

      void send(Attempt attempt) {
        inFlight.add(attempt);
        boolean straggles = services.nextDouble() < STRAGGLERS;
        long millis = straggles ? 400 : 8 + services.nextInt(5);
        world.clock.after(Duration.ofMillis(millis), () -> answered(attempt));
      }

      void answered(Attempt attempt) {
        if (inFlight.remove(attempt)) {
          exchange.attemptAnswered(attempt);
          inFlight.forEach(exchange::attemptAbandoned);
          inFlight.clear();
          exchange.ended(StatusCode.OK, "");
          latencies.add(world.clock.nanoTime() - start);
        }
      }
    }

    double p99Millis() {
      for (int i = 0; i < REQUESTS; i++) {
        world.clock.advance(Duration.ofMillis(2));
        new Call().begin();
      }
      world.clock.advance(Duration.ofSeconds(1));
      assertThat(latencies).hasSize(REQUESTS);
      latencies.sort(null);
      return latencies.get(REQUESTS * 99 / 100) * 1e-6;
    }

    long hedges() {
      return world.known(world.open()).hedges();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void a_hedge_after_the_p95_cuts_what_stragglers_cost_the_p99_to_a_tenth(long seed) {
    Route plain = Snapshots.single("fraud", "1");
    Route hedged =
        plain.toBuilder()
            .setRetry(RetryPolicy.newBuilder().setHedge(Hedge.newBuilder().setAfterQuantile(0.95)))
            .build();
    var with = new Mesh(seed, hedged);
    double p99 = with.p99Millis();

    assertThat(p99).isLessThan(0.1 * new Mesh(seed, plain).p99Millis());
    assertThat(with.hedges()).isBetween(REQUESTS / 50L, REQUESTS / 10L);
  }
}
