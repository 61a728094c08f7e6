package dev.weir.router.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.route.v1.Limit;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Priority;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.TestRequest;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private final TestClock clock = new TestClock();
  private final Limits limits = limits(1_000);

  private Limits limits(int maxClients) {
    return new Limits(new LimitConfig(maxClients), clock, OpenTelemetry.noop().getMeter("limits"));
  }

  private static Route.Builder route() {
    return Snapshots.single("fraud", "1").toBuilder();
  }

  private static Limit concurrent(int most) {
    return Limit.newBuilder().setMaxConcurrent(most).build();
  }

  private static Limit rate(double perSecond, int burst) {
    return Limit.newBuilder().setRequestsPerSecond(perSecond).setBurst(burst).build();
  }

  private static Match priority(String header, Priority priority) {
    return Match.newBuilder()
        .setName(header)
        .addConditions(
            dev.weir.proto.route.v1.Condition.newBuilder().setHeader(header).setPresent(true))
        .setOverride(Override.newBuilder().setPriority(priority))
        .build();
  }

  private Admission ask(Route.Builder route, TestRequest request) {
    return ask(limits, RoutingTable.compile(Snapshots.of(1, route.build())), request);
  }

  private static Admission ask(Limits limits, RoutingTable table, TestRequest request) {
    var decision = (Decision.Routed) table.decide(request, Randomness.seeded(1));
    return limits.admit(decision, request);
  }

  private static TestRequest request() {
    return new TestRequest("fraud");
  }

  private static ExceededLimit limitOf(Admission admission) {
    return ((Admission.Refused) admission).limit();
  }

  @Test
  void a_route_without_bounds_takes_everything_for_nothing() {
    assertThat(ask(route(), request())).isSameAs(Admission.Granted.FREE);
  }

  @Test
  void what_is_over_the_bound_is_refused_until_something_ends() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(concurrent(2));
    var first = (Admission.Granted) ask(route, request());
    assertThat(ask(route, request())).isInstanceOf(Admission.Granted.class);

    Admission third = ask(route, request());

    assertThat(third)
        .isEqualTo(
            new Admission.Refused(
                ExceededLimit.ROUTE_CONCURRENT,
                "Request for model 'fraud': the router has 2 requests for it in flight, its limit"));
    first.release();
    assertThat(ask(route, request())).isInstanceOf(Admission.Granted.class);
  }

  @Test
  void a_new_bound_holds_for_the_next_request() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(concurrent(1));
    ask(route, request());
    assertThat(ask(route, request())).isInstanceOf(Admission.Refused.class);

    route.getLimitsBuilder().setRoute(concurrent(2));

    assertThat(ask(route, request())).isInstanceOf(Admission.Granted.class);
    assertThat(ask(route, request())).isInstanceOf(Admission.Refused.class);
  }

  @Test
  void tokens_come_at_the_rate_and_at_most_the_burst_is_saved() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(rate(10, 3));
    clock.advance(Duration.ofMinutes(1));

    assertThat(granted(route, 10)).isEqualTo(3);
    clock.advance(Duration.ofMillis(99));
    assertThat(granted(route, 10)).isZero();
    clock.advance(Duration.ofMillis(1));
    assertThat(granted(route, 10)).isEqualTo(1);
    clock.advance(Duration.ofMillis(250));
    assertThat(granted(route, 10)).isEqualTo(2);
    assertThat(limitOf(ask(route, request()))).isEqualTo(ExceededLimit.ROUTE_RATE);
  }

  private int granted(Route.Builder route, int asked) {
    int granted = 0;
    for (int i = 0; i < asked; i++) {
      granted += ask(route, request()) instanceof Admission.Granted ? 1 : 0;
    }
    return granted;
  }

  @Test
  void a_client_over_its_bound_takes_nothing_from_the_others() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(rate(100, 4)).setClient(rate(1, 2));
    for (int i = 0; i < 50; i++) {
      ask(route, request().from("greedy"));
    }

    assertThat(ask(route, request().from("modest"))).isInstanceOf(Admission.Granted.class);
    assertThat(ask(route, request().from("modest"))).isInstanceOf(Admission.Granted.class);
    assertThat(limitOf(ask(route, request().from("modest")))).isEqualTo(ExceededLimit.CLIENT_RATE);
  }

  @Test
  void what_the_route_refuses_is_given_back_to_the_client() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(concurrent(1)).setClient(concurrent(2));
    route.getLimitsBuilder().getClientBuilder().setRequestsPerSecond(1).setBurst(2);
    var holder = (Admission.Granted) ask(route, request().from("a"));
    for (int i = 0; i < 10; i++) {
      assertThat(limitOf(ask(route, request().from("a"))))
          .isEqualTo(ExceededLimit.ROUTE_CONCURRENT);
    }

    holder.release();

    assertThat(ask(route, request().from("a"))).isInstanceOf(Admission.Granted.class);
  }

  @Test
  void clients_without_identity_are_told_apart_by_the_header_and_else_share_one_bound() {
    Route.Builder route = route();
    route.getLimitsBuilder().setClient(concurrent(1)).setClientHeader("tenant");

    assertThat(ask(route, request().header("tenant", "a"))).isInstanceOf(Admission.Granted.class);
    assertThat(ask(route, request().header("tenant", "b"))).isInstanceOf(Admission.Granted.class);
    assertThat(ask(route, request().from("a").header("tenant", "b")))
        .isInstanceOf(Admission.Granted.class);
    assertThat(ask(route, request())).isInstanceOf(Admission.Granted.class);
    assertThat(limitOf(ask(route, request()))).isEqualTo(ExceededLimit.CLIENT_CONCURRENT);
    assertThat(limitOf(ask(route, request().header("tenant", "a"))))
        .isEqualTo(ExceededLimit.CLIENT_CONCURRENT);
  }

  @Test
  void lower_priorities_are_shed_first() {
    Route.Builder route =
        route()
            .addRules(priority("batch", Priority.PRIORITY_LOW))
            .addRules(priority("urgent", Priority.PRIORITY_HIGH));
    route
        .getLimitsBuilder()
        .setRoute(concurrent(10))
        .setLowPriorityPercent(50)
        .setNormalPriorityPercent(80);
    int low = 0;
    int normal = 0;
    int high = 0;
    for (int i = 0; i < 20; i++) {
      low += ask(route, request().header("batch", "")) instanceof Admission.Granted ? 1 : 0;
    }
    for (int i = 0; i < 20; i++) {
      normal += ask(route, request()) instanceof Admission.Granted ? 1 : 0;
    }
    for (int i = 0; i < 20; i++) {
      high += ask(route, request().header("urgent", "")) instanceof Admission.Granted ? 1 : 0;
    }

    assertThat(List.of(low, normal, high)).containsExactly(5, 3, 2);
  }

  /**
   * The table of clients is bounded; who does not fit shares, and room is made as soon as possible.
   */
  @Test
  void more_clients_than_room_share_one_allowance_until_others_are_idle() {
    Limits small = limits(8);
    Route.Builder route = route();
    route.getLimitsBuilder().setClient(concurrent(1));
    RoutingTable table = RoutingTable.compile(Snapshots.of(1, route.build()));
    var granted = new ArrayList<Admission.Granted>();
    for (int i = 0; i < 8; i++) {
      granted.add((Admission.Granted) ask(small, table, request().from("client-" + i)));
    }

    assertThat(ask(small, table, request().from("ninth"))).isInstanceOf(Admission.Granted.class);
    assertThat(ask(small, table, request().from("tenth"))).isInstanceOf(Admission.Refused.class);
    granted.forEach(Admission.Granted::release);
    assertThat(ask(small, table, request().from("tenth"))).isInstanceOf(Admission.Granted.class);
    assertThat(ask(small, table, request().from("tenth"))).isInstanceOf(Admission.Refused.class);
  }

  @Test
  void a_route_that_is_no_more_is_forgotten() {
    Route.Builder route = route();
    route.getLimitsBuilder().setRoute(concurrent(1));
    ask(route, request());

    limits.keepOnly(Set.of("other"));

    assertThat(limits.inFlight("fraud")).isZero();
  }

  /** Whatever threads do: never more than the bound at once, and nothing is left at the end. */
  @Test
  void permits_are_never_lost_nor_given_twice_between_threads() throws InterruptedException {
    long seed = 42;
    Limits small = limits(16);
    Route.Builder route = route();
    route
        .getLimitsBuilder()
        .setRoute(concurrent(5))
        .setClient(concurrent(2))
        .setClientHeader("tenant");
    RoutingTable table = RoutingTable.compile(Snapshots.of(1, route.build()));
    var inside = new AtomicInteger();
    var worst = new AtomicInteger();
    var done = new CountDownLatch(4);
    for (int thread = 0; thread < 4; thread++) {
      RandomGenerator random = Randomness.seeded(seed + thread);
      Thread.ofPlatform()
          .start(() -> {
            for (int i = 0; i < 20_000; i++) {
              var request = request().header("tenant", "t" + random.nextInt(100));
              if (ask(small, table, request) instanceof Admission.Granted granted) {
                worst.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                granted.release();
              }
            }
            done.countDown();
          });
    }
    done.await();

    assertThat(worst.get()).as("seed %d", seed).isBetween(1, 5);
    assertThat(small.inFlight("fraud")).isZero();
  }
}
