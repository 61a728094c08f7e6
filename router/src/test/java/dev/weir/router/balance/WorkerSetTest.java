package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.router.balance.Lease.Impression;
import dev.weir.router.policy.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerSetTest {
  private static final VersionId V1 = new VersionId("fraud", "1");
  private static final VersionId V2 = new VersionId("fraud", "2");

  private final TestClock clock = new TestClock();
  private final RandomGenerator random = Randomness.seeded(1);
  private final List<FakeUpstream> upstreams = new ArrayList<>();
  private WorkerSet set = setOf(Balancing.by(BalancePolicy.LEAST_COST));

  private WorkerSet setOf(BalanceConfig balance) {
    return new WorkerSet(
        address -> {
          var upstream = new FakeUpstream();
          upstreams.add(upstream);
          return upstream;
        },
        balance,
        EjectionConfig.defaults(),
        "router-1",
        clock);
  }

  private static final class FakeUpstream implements Upstream {
    private int wakeUps;
    private boolean closed;

    @Override
    public void wakeUp() {
      wakeUps++;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private Worker ready(String id, VersionId... versions) {
    Worker worker = set.add(id, new HostAndPort("127.0.0.1", 1 + upstreams.size()));
    set.update(worker, new WorkerHealth.Ready(Set.of(versions)));
    return worker;
  }

  private Lease lease(VersionId version) {
    return Objects.requireNonNull(leaseOrNull(version, null));
  }

  private @Nullable Lease leaseOrNull(VersionId version, @Nullable Worker avoid) {
    return set.lease(version, avoid, null, clock.nanoTime(), random);
  }

  private void end(Lease lease, Impression impression) {
    lease.end(impression, 0, clock.nanoTime());
  }

  private @Nullable Worker pick(VersionId version) {
    Lease lease = leaseOrNull(version, null);
    if (lease == null) {
      return null;
    }
    end(lease, Impression.NONE);
    return lease.worker();
  }

  private void fail(Worker worker, VersionId version, int times) {
    for (int i = 0; i < times; i++) {
      Lease lease;
      do {
        lease = lease(version);
        if (lease.worker() != worker) {
          end(lease, Impression.NONE);
        }
      } while (lease.worker() != worker);
      end(lease, Impression.FAILED);
    }
  }

  private Map<String, Integer> picks(VersionId version, int times) {
    var picks = new HashMap<String, Integer>();
    for (int i = 0; i < times; i++) {
      Worker worker = pick(version);
      if (worker != null) {
        picks.merge(worker.id(), 1, Integer::sum);
      }
    }
    return picks;
  }

  @Test
  void the_worker_with_the_fewest_requests_is_picked() {
    ready("a", V1);
    ready("b", V1);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      leases.add(lease(V1));
    }

    assertThat(set.workers()).extracting(Worker::inFlight).containsExactly(15, 15);
    leases.forEach(l -> end(l, Impression.ANSWERED));
    assertThat(set.workers()).extracting(Worker::inFlight).containsExactly(0, 0);
  }

  @Test
  void of_many_the_better_of_two_random_ones_is_picked() {
    for (int i = 0; i < 20; i++) {
      ready("w" + i, V1);
    }
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      leases.add(lease(V1));
    }
    int most = set.workers().stream().mapToInt(Worker::inFlight).max().orElseThrow();
    assertThat(most).isLessThanOrEqualTo(24);
    assertThat(leases).hasSize(400);
  }

  @Test
  void idle_workers_share_a_quiet_routers_traffic() {
    ready("a", V1);
    ready("b", V1);

    assertThat(picks(V1, 1_000).values()).allSatisfy(n -> assertThat(n).isBetween(400, 600));
  }

  @Test
  void only_workers_that_have_the_version_are_picked() {
    ready("a", V1);
    ready("b", V1, V2);

    assertThat(picks(V2, 50)).containsOnlyKeys("b");
    assertThat(pick(new VersionId("fraud", "3"))).isNull();
  }

  @Test
  void draining_and_suspect_workers_get_nothing() {
    Worker draining = ready("a", V1);
    Worker suspect = ready("b", V1);
    ready("c", V1);
    set.update(draining, new WorkerHealth.NotTakingWork("DRAINING"));
    set.update(suspect, new WorkerHealth.Suspect("its status stream ended", Set.of()));

    assertThat(picks(V1, 50)).containsOnlyKeys("c");
  }

  @Test
  void a_silent_worker_is_tried_when_nobody_else_has_the_version() {
    Worker silent = ready("a", V1);
    Worker other = ready("b", V1);
    set.update(silent, new WorkerHealth.Suspect("silent", Set.of(V1)));

    assertThat(picks(V1, 50)).containsOnlyKeys("b");
    set.update(other, new WorkerHealth.NotTakingWork("DRAINING"));
    assertThat(picks(V1, 50)).containsOnlyKeys("a");
  }

  @Test
  void a_worker_that_was_tried_is_avoided() {
    Worker first = ready("a", V1);
    ready("b", V1);
    for (int i = 0; i < 20; i++) {
      Lease lease = Objects.requireNonNull(leaseOrNull(V1, first));
      assertThat(lease.worker().id()).isEqualTo("b");
      end(lease, Impression.NONE);
    }
    assertThat(leaseOrNull(V1, pickOnly())).isNull();
  }

  private Worker pickOnly() {
    set.workers().stream().filter(w -> w.id().equals("b")).forEach(set::remove);
    return set.workers().iterator().next();
  }

  @Test
  void failures_in_a_row_eject_a_version_on_one_worker_only() {
    Worker bad = ready("a", V1, V2);
    ready("b", V1, V2);
    fail(bad, V2, 5);

    assertThat(picks(V2, 100)).containsOnlyKeys("b");
    assertThat(picks(V1, 100)).containsOnlyKeys("a", "b");
    assertThat(set.ejectionsDetected(EjectionReason.FAILURES)).isEqualTo(1);
    assertThat(set.ejectionsEnforced(EjectionReason.FAILURES)).isEqualTo(1);
  }

  @Test
  void one_request_probes_an_ejected_worker_and_brings_it_back() {
    Worker bad = ready("a", V1);
    ready("b", V1);
    fail(bad, V1, 5);
    clock.advance(Duration.ofSeconds(1));

    Lease probe = lease(V1);
    assertThat(probe.worker()).isSameAs(bad);
    assertThat(picks(V1, 20)).containsOnlyKeys("b");
    end(probe, Impression.ANSWERED);
    assertThat(picks(V1, 100)).containsOnlyKeys("a", "b");
  }

  @Test
  void the_last_one_is_never_ejected() {
    Worker only = ready("a", V1);
    fail(only, V1, 50);

    assertThat(picks(V1, 10)).containsOnlyKeys("a");
    assertThat(set.ejectionsDetected(EjectionReason.FAILURES)).isEqualTo(10);
    assertThat(set.ejectionsEnforced(EjectionReason.FAILURES)).isZero();
  }

  @Test
  void the_last_of_two_stays_when_the_other_is_out() {
    Worker a = ready("a", V1);
    Worker b = ready("b", V1);
    fail(a, V1, 5);
    fail(b, V1, 20);

    assertThat(picks(V1, 10)).containsOnlyKeys("b");
  }

  @Test
  void a_restarted_worker_starts_afresh_and_is_connected_to_at_once() {
    Worker worker = ready("a", V1);
    ready("b", V1);
    fail(worker, V1, 5);
    set.update(worker, new WorkerHealth.Suspect("its status stream ended", Set.of()));
    set.remove(worker);
    Worker again = ready("a", V1);

    assertThat(again).isNotSameAs(worker);
    assertThat(upstreams.getFirst().closed).isTrue();
    assertThat(upstreams.getLast().wakeUps).isEqualTo(1);
    assertThat(picks(V1, 100)).containsOnlyKeys("a", "b");
  }

  @Test
  void a_load_report_is_read_as_it_comes_and_a_useless_one_counted() {
    Worker worker = ready("a", V1);
    Lease lease = lease(V1);
    // application_utilization 0.5
    byte[] report = {0x49, 0, 0, 0, 0, 0, 0, (byte) 0xe0, 0x3f};
    lease.loadReport(Base64.getEncoder().withoutPadding().encodeToString(report));
    assertThat(worker.load().at(clock.nanoTime(), 1)).isEqualTo(0.5);
    lease.loadReport(report);
    lease.loadReport("no base64!");
    lease.loadReport("");
    assertThat(set.uselessLoadReports()).isEqualTo(2);
    assertThat(worker.load().at(clock.nanoTime(), 1)).isEqualTo(0.5);
  }

  @Test
  void many_threads_never_have_more_in_a_worker_than_its_bound() throws InterruptedException {
    set = setOf(Balancing.with(BalancePolicy.LEAST_COST, Duration.ZERO, 0, 3));
    List<Worker> workers = List.of(ready("a", V1), ready("b", V1));
    var inFirst = new AtomicInteger();
    var mostSeen = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      RandomGenerator own = Randomness.seeded(t);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                List<Lease> held = new ArrayList<>();
                for (int i = 0; i < 20_000; i++) {
                  Lease lease = set.lease(V1, null, null, clock.nanoTime(), own);
                  if (lease != null) {
                    held.add(lease);
                    if (lease.worker() == workers.getFirst()) {
                      mostSeen.accumulateAndGet(inFirst.incrementAndGet(), Math::max);
                    }
                  }
                  if (held.size() == 3 || lease == null && !held.isEmpty()) {
                    Impression[] all = Impression.values();
                    Lease ending = held.removeLast();
                    if (ending.worker() == workers.getFirst()) {
                      inFirst.decrementAndGet();
                    }
                    ending.end(all[own.nextInt(all.length)], 1_000, clock.nanoTime());
                  }
                }
                held.forEach(l -> {
                  if (l.worker() == workers.getFirst()) {
                    inFirst.decrementAndGet();
                  }
                  end(l, Impression.ANSWERED);
                });
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(mostSeen.get()).isBetween(1, 3);
    assertThat(workers).extracting(Worker::inFlight).containsExactly(0, 0);
  }

  @Test
  void a_lease_ends_once() {
    Worker worker = ready("a", V1);
    Lease lease = lease(V1);
    end(lease, Impression.ANSWERED);
    end(lease, Impression.FAILED);

    assertThat(worker.inFlight()).isZero();
  }
}
