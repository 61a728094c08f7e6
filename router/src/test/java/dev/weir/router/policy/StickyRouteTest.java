package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.KeyValue;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StickyRouteTest {
  private static final int KEYS = 20_000;

  /** The canary owns the first buckets, as the registry lays them out. */
  private static RoutingTable sticky(int canary, StickyKey.Builder key) {
    var route = Snapshots.canary("fraud", canary).setSticky(key.setSalt("salt-1"));
    if (canary > 0) {
      route.addBuckets(Snapshots.buckets(0, canary, "canary"));
    }
    if (canary < 10_000) {
      route.addBuckets(Snapshots.buckets(canary, 10_000, "baseline"));
    }
    return RoutingTable.compile(Snapshots.of(1, route.build()));
  }

  private static RoutingTable byUser(int canary) {
    return sticky(canary, StickyKey.newBuilder().setHeader("user"));
  }

  private static Decision.Routed decide(RoutingTable table, TestRequest request, long seed) {
    return (Decision.Routed) table.decide(request, Randomness.seeded(seed));
  }

  private static Set<Integer> canaryUsers(int canary, long seed) {
    RoutingTable table = byUser(canary);
    var users = new HashSet<Integer>();
    for (int user = 0; user < KEYS; user++) {
      var request = new TestRequest("fraud").header("user", "user-" + user);
      if (decide(table, request, seed).variant().name().equals("canary")) {
        users.add(user);
      }
    }
    return users;
  }

  @Test
  void a_raised_weight_only_adds_buckets() {
    Set<Integer> before = canaryUsers(0, 1);
    for (int canary : new int[] {1, 100, 500, 2_500, 5_000, 10_000}) {
      Set<Integer> now = canaryUsers(canary, canary);
      assertThat(now).as("%d basis points", canary).containsAll(before);
      before = now;
    }
    assertThat(before).hasSize(KEYS);
  }

  @Test
  void two_routers_agree_without_talking() {
    assertThat(canaryUsers(2_500, 1)).isEqualTo(canaryUsers(2_500, 99));
  }

  @Test
  void keys_fall_into_the_canarys_buckets_in_proportion() {
    double p = 0.25;
    double deviation = Math.sqrt(KEYS * p * (1 - p));
    assertThat((double) canaryUsers(2_500, 1).size())
        .isBetween(KEYS * p - 4.5 * deviation, KEYS * p + 4.5 * deviation);
  }

  @Test
  void another_salt_splits_independently() {
    RoutingTable one = byUser(5_000);
    var route =
        Snapshots.canary("fraud", 5_000)
            .setSticky(StickyKey.newBuilder().setHeader("user").setSalt("salt-2"))
            .addBuckets(Snapshots.buckets(0, 5_000, "canary"))
            .addBuckets(Snapshots.buckets(5_000, 10_000, "baseline"));
    RoutingTable other = RoutingTable.compile(Snapshots.of(1, route.build()));
    int same = 0;
    for (int user = 0; user < KEYS; user++) {
      var request = new TestRequest("fraud").header("user", "user-" + user);
      same +=
          decide(one, request, 1)
                  .variant()
                  .name()
                  .equals(decide(other, request, 1).variant().name())
              ? 1
              : 0;
    }
    assertThat((double) same).isBetween(KEYS / 2.0 - 350, KEYS / 2.0 + 350);
  }

  @Test
  void a_keys_owner_is_a_sticky_unit_with_its_hash() {
    Decision.Routed decision =
        decide(byUser(5_000), new TestRequest("fraud").header("user", "ann"), 1);

    assertThat(decision.reason()).isEqualTo(Reason.STICKY);
    assertThat(decision.unit()).isEqualTo(new StickyHash("salt-1").unit(new KeyValue.Text("ann")));
    assertThat(decision.cohort().sticky()).isTrue();
    assertThat(decision.cohort().canaryProbability()).isEqualTo(0.5);
  }

  @Test
  void a_request_without_the_key_is_drawn_by_itself() {
    assertThat(decide(byUser(500), new TestRequest("fraud"), 1).reason()).isEqualTo(Reason.SPLIT);
    assertThat(decide(byUser(500), new TestRequest("fraud").header("user", ""), 1).reason())
        .isEqualTo(Reason.SPLIT);
  }

  @Test
  void sequences_are_told_apart_by_text_and_number() {
    RoutingTable table = sticky(5_000, StickyKey.newBuilder().setSequenceId(true));
    var number = new TestRequest("fraud").parameter("sequence_id", new KeyValue.Whole(42));
    var text = new TestRequest("fraud").parameter("sequence_id", new KeyValue.Text("42"));
    var none = new TestRequest("fraud").parameter("sequence_id", new KeyValue.Whole(0));

    assertThat(decide(table, number, 1).unit()).isNotEqualTo(decide(table, text, 1).unit());
    assertThat(decide(table, none, 1).reason()).isEqualTo(Reason.SPLIT);
  }

  @Test
  void a_named_parameter_can_be_the_key() {
    RoutingTable table = sticky(5_000, StickyKey.newBuilder().setParameter("user_id"));
    RandomGenerator seeds = Randomness.seeded(8);
    for (int i = 0; i < 100; i++) {
      var request =
          new TestRequest("fraud").parameter("user_id", new KeyValue.Whole(seeds.nextInt(1, 50)));
      Decision.Routed first = decide(table, request, seeds.nextLong());
      Decision.Routed again = decide(table, request, seeds.nextLong());
      assertThat(again.variant().arm()).isEqualTo(first.variant().arm());
      assertThat(first.cohort().arm()).isNotEqualTo(Arm.ARM_UNSPECIFIED);
    }
  }
}
