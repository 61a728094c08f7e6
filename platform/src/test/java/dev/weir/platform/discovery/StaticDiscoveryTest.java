package dev.weir.platform.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.config.Setting;
import dev.weir.platform.grpc.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StaticDiscoveryTest {
  private final StaticDiscovery discovery =
      new StaticDiscovery(
          List.of(
              "model-worker=10.0.0.2:8030", "model-worker=10.0.0.1:8030", "monitor=[::1]:4317"));

  private List<List<Instance>> watch(String service) {
    var lists = new ArrayList<List<Instance>>();
    discovery.watch(service, lists::add);
    return lists;
  }

  @Test
  void each_listener_gets_the_list_of_its_service_once_in_order_of_id() {
    assertThat(watch("model-worker"))
        .singleElement()
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(Instance.class))
        .extracting(Instance::id)
        .containsExactly("10.0.0.1:8030", "10.0.0.2:8030");
    assertThat(watch("monitor"))
        .containsExactly(
            List.of(new Instance("monitor", "[::1]:4317", new HostAndPort("::1", 4317), Map.of())));
    assertThat(watch("router")).containsExactly(List.of());
  }

  @Test
  void registering_changes_nothing() {
    List<List<Instance>> lists = watch("router");
    try (var registration =
        discovery.register(new Instance("router", "router-1", new HostAndPort("h", 1), Map.of()))) {
      assertThat(lists).containsExactly(List.of());
      assertThat(registration).isNotNull();
    }
    assertThat(discovery.problem()).isEmpty();
    discovery.close();
  }

  record Config(@Setting("Who is there.") DiscoveryConfig discovery) {}

  @Test
  void a_list_that_cannot_be_read_is_refused_with_its_source() {
    var loader = new ConfigurationLoader<>("sample", new Config(DiscoveryConfig.defaults()));
    assertThatThrownBy(
            () -> loader.load(List.of("--discovery.static-instances=model-worker"), Map.of()))
        .hasMessage(
            "discovery.static-instances: model-worker (expected: service=host:port), from flag"
                + " --discovery.static-instances");
    assertThatThrownBy(
            () -> loader.load(List.of("--discovery.static-instances=a=h:1,b=h:x"), Map.of()))
        .hasMessageContaining("discovery.static-instances: h:x");
    assertThatThrownBy(() -> loader.load(List.of("--discovery.consul-address=here"), Map.of()))
        .hasMessageContaining("discovery.consul-address: here (expected: host:port");
  }
}
