package dev.weir.platform.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every discovery with a source outside the process promises. */
abstract class DiscoveryContract {
  static final Duration TIME_TO_LIVE = Duration.ofSeconds(1);

  private static final String WORKERS = "model-worker";

  private final List<Discovery> opened = new ArrayList<>();

  /** A client of the source that the test uses. */
  abstract Discovery open();

  /** The source stops answering. */
  abstract void sourceGoes();

  /** The source answers again, and has forgotten everything. */
  abstract void sourceReturns();

  /** Lets time pass until it holds; fails after 20 seconds. */
  abstract void eventually(ThrowingCallable assertion);

  /** Lets some times-to-live pass, in which it always has to hold. */
  abstract void throughout(ThrowingCallable assertion);

  /** Keeps the services of one test apart from those of another that uses the same source. */
  String service(String word) {
    return word;
  }

  private Discovery client() {
    Discovery discovery = open();
    opened.add(discovery);
    return discovery;
  }

  @AfterEach
  final void closeClients() {
    opened.forEach(Discovery::close);
  }

  private Instance worker(String id, int port) {
    return new Instance(
        service(WORKERS), id, new HostAndPort("127.0.0.1", port), Map.of("pool", "a b=c"));
  }

  /** A listener that remembers what it was told. */
  private static final class Listener implements Consumer<List<Instance>> {
    final List<List<Instance>> lists = new CopyOnWriteArrayList<>();

    @Override
    public void accept(List<Instance> instances) {
      lists.add(instances);
    }

    List<Instance> last() {
      return lists.isEmpty() ? List.of() : lists.getLast();
    }
  }

  private Listener listen(Discovery discovery) {
    var listener = new Listener();
    discovery.watch(service(WORKERS), listener);
    return listener;
  }

  @Test
  void a_registered_instance_is_seen_with_all_that_it_said() {
    Listener listener = listen(client());
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-1", 7001)));
  }

  @Test
  void a_service_without_instances_is_an_empty_list() {
    Listener listener = listen(client());
    eventually(() -> assertThat(listener.lists).containsExactly(List.of()));
  }

  @Test
  void an_instance_that_renews_outlives_its_lease() {
    Listener listener = listen(client());
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(listener.last()).hasSize(1));
    throughout(() -> assertThat(listener.last()).hasSize(1));
  }

  @Test
  void an_instance_that_leaves_is_gone() {
    Discovery workers = client();
    Listener listener = listen(client());
    Discovery.Registration first = workers.register(worker("worker-1", 7001));
    workers.register(worker("worker-2", 7002));
    eventually(() -> assertThat(listener.last()).hasSize(2));
    first.close();
    first.close();
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-2", 7002)));
    throughout(() -> assertThat(listener.last()).hasSize(1));
  }

  @Test
  void an_instance_whose_process_dies_is_gone_with_its_lease() {
    Discovery dying = client();
    Listener listener = listen(client());
    dying.register(worker("worker-1", 7001));
    client().register(worker("worker-2", 7002));
    eventually(() -> assertThat(listener.last()).hasSize(2));
    dying.close();
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-2", 7002)));
  }

  @Test
  void an_instance_that_comes_back_elsewhere_is_known_at_its_new_place() {
    Discovery dying = client();
    Listener listener = listen(client());
    dying.register(worker("worker-1", 7001));
    eventually(() -> assertThat(listener.last()).hasSize(1));
    dying.close();
    client().register(worker("worker-1", 7009));
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-1", 7009)));
  }

  @Test
  void instances_are_listed_in_order_of_id() {
    Listener listener = listen(client());
    Discovery workers = client();
    for (String id : List.of("c", "a", "d", "b")) {
      workers.register(worker(id, 7001));
    }
    eventually(() ->
        assertThat(listener.last()).extracting(Instance::id).containsExactly("a", "b", "c", "d"));
    assertThat(listener.lists)
        .allSatisfy(list -> assertThat(list).extracting(Instance::id).isSorted());
  }

  @Test
  void all_listeners_are_told_and_a_late_one_of_the_present() {
    Discovery watching = client();
    Listener first = listen(watching);
    Listener elsewhere = listen(client());
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(first.last()).hasSize(1));
    eventually(() -> assertThat(elsewhere.last()).hasSize(1));
    Listener late = listen(watching);
    assertThat(late.lists).containsExactly(first.last());
  }

  @Test
  void a_closed_subscription_is_not_called_and_the_others_are() {
    Discovery watching = client();
    var closing = new Listener();
    Discovery.Subscription subscription = watching.watch(service(WORKERS), closing);
    Listener staying = listen(watching);
    eventually(() -> assertThat(closing.lists).hasSize(1));
    subscription.close();
    subscription.close();
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(staying.last()).hasSize(1));
    assertThat(closing.lists).hasSize(1);
  }

  @Test
  void a_service_can_be_watched_again_after_its_last_subscription_was_closed() {
    Discovery watching = client();
    var before = new Listener();
    Discovery.Subscription subscription = watching.watch(service(WORKERS), before);
    eventually(() -> assertThat(before.lists).hasSize(1));
    subscription.close();
    Listener again = listen(watching);
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(again.last()).hasSize(1));
  }

  @Test
  void services_are_apart() {
    Listener workers = listen(client());
    var routers = new Listener();
    client().watch(service("router"), routers);
    client()
        .register(
            new Instance(
                service("router"), "router-1", new HostAndPort("127.0.0.1", 7001), Map.of()));
    eventually(() -> assertThat(routers.last()).hasSize(1));
    assertThat(workers.last()).isEmpty();
  }

  @Test
  void a_listener_that_fails_is_called_again() {
    var listener = new Listener();
    client()
        .watch(
            service(WORKERS),
            list -> {
              listener.accept(list);
              throw new IllegalStateException("this test's listener fails");
            });
    eventually(() -> assertThat(listener.lists).hasSize(1));
    client().register(worker("worker-1", 7001));
    eventually(() -> assertThat(listener.last()).hasSize(1));
  }

  @Test
  void while_the_source_is_away_the_last_known_stay_and_the_problem_is_said() {
    Discovery watching = client();
    Listener listener = listen(watching);
    Discovery workers = client();
    workers.register(worker("worker-1", 7001));
    eventually(() -> assertThat(listener.last()).hasSize(1));
    eventually(() -> assertThat(watching.problem()).isEmpty());
    sourceGoes();
    try {
      eventually(() -> assertThat(watching.problem()).contains("watch of " + service(WORKERS)));
      eventually(() -> assertThat(workers.problem()).contains("registration of"));
      throughout(() -> assertThat(listener.last()).containsExactly(worker("worker-1", 7001)));
    } finally {
      sourceReturns();
    }
    eventually(() -> assertThat(watching.problem() + workers.problem()).isEmpty());
    throughout(() -> assertThat(listener.last()).containsExactly(worker("worker-1", 7001)));
    assertThat(listener.lists).filteredOn(List::isEmpty).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void who_did_not_survive_the_absence_of_the_source_is_gone_in_the_end() {
    Listener listener = listen(client());
    Discovery dying = client();
    dying.register(worker("worker-1", 7001));
    client().register(worker("worker-2", 7002));
    eventually(() -> assertThat(listener.last()).hasSize(2));
    sourceGoes();
    dying.close();
    sourceReturns();
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-2", 7002)));
  }

  @Test
  void who_registers_and_watches_while_the_source_is_away_is_known_when_it_returns() {
    sourceGoes();
    Listener listener;
    Discovery discovery;
    try {
      discovery = client();
      listener = listen(discovery);
      discovery.register(worker("worker-1", 7001));
      eventually(() -> assertThat(discovery.problem()).contains("watch of", "registration of"));
      assertThat(listener.lists).isEmpty();
    } finally {
      sourceReturns();
    }
    eventually(() -> assertThat(listener.last()).containsExactly(worker("worker-1", 7001)));
    eventually(() -> assertThat(discovery.problem()).isEmpty());
  }

  @Test
  void leaving_does_not_wait_for_a_source_that_is_away() {
    Discovery workers = client();
    Discovery.Registration registration = workers.register(worker("worker-1", 7001));
    eventually(() -> assertThat(workers.problem()).isEmpty());
    sourceGoes();
    try {
      assertThat(org.assertj.core.api.Assertions.catchThrowable(registration::close)).isNull();
    } finally {
      sourceReturns();
    }
    assertThat(workers.problem()).isEmpty();
  }

  @Test
  void a_closed_discovery_says_no_more() {
    Discovery watching = client();
    Listener listener = listen(watching);
    eventually(() -> assertThat(listener.lists).hasSize(1));
    watching.close();
    watching.close();
    client().register(worker("worker-1", 7001));
    throughout(() -> assertThat(listener.lists).hasSize(1));
  }
}
