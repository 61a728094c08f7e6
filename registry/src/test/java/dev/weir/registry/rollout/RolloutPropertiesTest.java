package dev.weir.registry.rollout;

import static dev.weir.registry.rollout.Rollouts.START;
import static dev.weir.registry.rollout.Rollouts.started;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.ShadowAgreement;
import dev.weir.proto.route.v1.Variant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds after any sequence of events. */
final class RolloutPropertiesTest {
  private static final int[] SHARES = {500, 2_500, 10_000};

  /** A rollout, its route, and the records that led there. */
  private record World(Rollout rollout, Route route, List<RolloutRecord> records) {
    static World start() {
      return of(started(SHARES));
    }

    /** One whose guardrails need copies for the canary. */
    static World startWithShadow() {
      Rollout.Builder rollout = started(SHARES).toBuilder();
      rollout
          .getSpecBuilder()
          .addGuardrails(
              Guardrail.newBuilder()
                  .setName("shadow")
                  .setShadowAgreement(ShadowAgreement.newBuilder().setMirrorBasisPoints(700)));
      return of(rollout.build());
    }

    private static World of(Rollout rollout) {
      return new World(rollout, Rollouts.route(), List.of(new RolloutRecord.Started(rollout)));
    }

    /** Decides, applies, does what is pending, and checks everything that must hold. */
    World step(RolloutEvent event, Instant now) {
      return switch (RolloutMachine.decide(rollout, event, now)) {
        case Decision.Wait w -> this;
        case Decision.Refused r -> {
          assertThat(event).isInstanceOf(RolloutEvent.Steered.class);
          yield this;
        }
        case Decision.Change(var record) -> {
          var longer = new ArrayList<>(records);
          longer.add(record);
          Rollout after = RolloutMachine.apply(rollout, record);
          World next = new World(after, effected(after, route), longer);
          assertLegal(this, next, event);
          yield next;
        }
      };
    }

    private static Route effected(Rollout rollout, Route route) {
      Route changed = route;
      for (RolloutEffect effect : RolloutEffect.pending(rollout, route)) {
        switch (effect) {
          case RolloutEffect.ChangeRoute(var to) -> changed = to;
          case RolloutEffect.MoveAlias(Alias alias) ->
              assertThat(alias.getVersion()).isEqualTo(rollout.getSpec().getCanaryVersion());
        }
      }
      assertThat(RolloutEffect.pending(rollout, changed)).as("done is done").isEmpty();
      return changed;
    }
  }

  private static void assertLegal(World before, World after, RolloutEvent event) {
    Rollout from = before.rollout();
    Rollout to = after.rollout();
    assertThat(RolloutMachine.isOver(from.getState())).as("over is over").isFalse();
    assertThat(to.getRevision()).isEqualTo(from.getRevision() + 1);
    assertThat(to.getStep()).as("steps never go back").isGreaterThanOrEqualTo(from.getStep());
    assertThat(to.getStep()).isLessThanOrEqualTo(from.getStep() + 1);
    if (from.getState() == RolloutState.PREPARING && to.getState() == RolloutState.PROGRESSING) {
      assertThat(((RolloutEvent.Observed) event).fleet().allReadyHave(Rollouts.CANARY)).isTrue();
    }
    assertRoute(to, after.route());
    boolean routeChanged = !before.route().equals(after.route());
    assertThat(after.route().getGeneration())
        .isEqualTo(before.route().getGeneration() + (routeChanged ? 1 : 0));
    assertThat(replayed(after.records())).as("replay").isEqualTo(to);
  }

  private static void assertRoute(Rollout rollout, Route route) {
    int sum = route.getVariantsList().stream().mapToInt(Variant::getWeightBasisPoints).sum();
    assertThat(sum).isEqualTo(10_000);
    int canary =
        route.getVariantsList().stream()
            .filter(v -> v.getVersion().equals("2"))
            .mapToInt(Variant::getWeightBasisPoints)
            .sum();
    assertThat(canary).isEqualTo(RolloutMachine.canaryBasisPoints(rollout));
    int canaryBuckets =
        route.getBucketsList().stream()
            .filter(b -> b.getVariant().equals("canary"))
            .mapToInt(b -> b.getEnd() - b.getFirst())
            .sum();
    boolean over = RolloutMachine.isOver(rollout.getState());
    assertThat(canaryBuckets).isEqualTo(over ? 0 : canary);
    assertThat(route.getRolloutId())
        .isEqualTo(over || rollout.getState() == RolloutState.PREPARING ? "" : rollout.getId());
    boolean copies =
        rollout.getSpec().getGuardrailsList().stream().anyMatch(Guardrail::hasShadowAgreement);
    assertThat(route.hasMirror())
        .as("copies for the canary just as long as it has traffic")
        .isEqualTo(copies && !route.getRolloutId().isEmpty());
  }

  /** What a restart does: the records again, in their wire form. */
  private static Rollout replayed(List<RolloutRecord> records) {
    Rollout rollout = Rollout.getDefaultInstance();
    for (RolloutRecord record : records) {
      rollout =
          RolloutMachine.apply(rollout, RolloutRecord.fromProto(record.action(), record.toProto()));
    }
    return rollout;
  }

  static Stream<Arguments> seeds() {
    return IntStream.rangeClosed(1, 300).mapToObj(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void every_random_history_is_legal(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    World world = seed % 2 == 0 ? World.start() : World.startWithShadow();
    Instant now = START;
    for (int i = 0; i < 60; i++) {
      now = now.plus(Duration.ofMillis(random.nextLong(8_000)));
      Situation situation = Situation.values()[random.nextInt(Situation.values().length)];
      // mostly good news, or no history would get far
      if (random.nextInt(3) > 0) {
        situation = random.nextBoolean() ? Situation.PASSING : Situation.LOADED;
      }
      world = world.step(situation.event(world.rollout()), now);
    }
  }

  @Test
  void every_history_of_up_to_nine_events_is_legal_and_every_state_can_be_reached() {
    // worlds that differ only in times and reasons behave alike
    Set<String> seen = new HashSet<>();
    Deque<World> open = new ArrayDeque<>(List.of(World.start()));
    Set<RolloutState> reached = new HashSet<>();
    while (!open.isEmpty()) {
      World world = open.removeFirst();
      reached.add(world.rollout().getState());
      for (Situation situation : Situation.values()) {
        for (Duration later : List.of(Duration.ZERO, Rollouts.PREPARE_TIMEOUT)) {
          Instant now = world.records().getLast().at().plus(later);
          World next = world.step(situation.event(world.rollout()), now);
          boolean isNew = next.records().size() <= 9 && seen.add(shape(next));
          if (isNew) {
            open.add(next);
          }
        }
      }
    }
    assertThat(reached)
        .containsExactlyInAnyOrder(
            RolloutState.PREPARING,
            RolloutState.PROGRESSING,
            RolloutState.PAUSED,
            RolloutState.COMPLETED,
            RolloutState.ROLLED_BACK,
            RolloutState.FAILED,
            RolloutState.ABORTED);
  }

  private static String shape(World world) {
    Rollout rollout = world.rollout();
    return rollout.getState()
        + " "
        + rollout.getStep()
        + " "
        + rollout.getOverruledList()
        + " "
        + rollout.getVerdict().getState()
        + " "
        + rollout.getVerdict().getDecisiveGuardrail()
        + " "
        + rollout.getRevision();
  }
}
