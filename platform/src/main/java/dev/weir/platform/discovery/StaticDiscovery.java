package dev.weir.platform.discovery;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A fixed list. Registering changes nothing: who is not in the list is not found. An instance's id
 * is its address.
 */
final class StaticDiscovery implements Discovery {
  private final List<Instance> instances;
  private final CopyOnWriteArrayList<KnownInstances> followed = new CopyOnWriteArrayList<>();

  StaticDiscovery(List<String> staticInstances) {
    this.instances = staticInstances.stream().map(StaticDiscovery::parse).toList();
  }

  /** Reads {@code service=host:port}. */
  static Instance parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new InvalidValueException("staticInstances", text, "service=host:port");
    }
    HostAndPort address = HostAndPort.parse("staticInstances", text.substring(equals + 1));
    return new Instance(text.substring(0, equals), address.toString(), address, Map.of());
  }

  @Override
  public Registration register(Instance instance) {
    return () -> {};
  }

  @Override
  public Subscription watch(String service, Consumer<List<Instance>> listener) {
    var known = new KnownInstances(service);
    followed.add(known);
    known.replace(
        instances.stream()
            .filter(instance -> instance.service().equals(service))
            .sorted(Comparator.comparing(Instance::id))
            .toList());
    return known.follow(listener, () -> followed.remove(known));
  }

  @Override
  public String problem() {
    return "";
  }

  @Override
  public void close() {
    followed.forEach(KnownInstances::end);
    followed.clear();
  }
}
