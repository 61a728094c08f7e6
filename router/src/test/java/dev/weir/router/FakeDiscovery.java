package dev.weir.router;

import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A discovery that knows what a test says. */
public final class FakeDiscovery implements Discovery {
  private final List<Consumer<List<Instance>>> listeners = new ArrayList<>();
  private @Nullable List<Instance> known;

  /**
   * @param known null: the source does not answer
   */
  public FakeDiscovery(@Nullable List<Instance> known) {
    this.known = known;
  }

  static Instance instance(FakeWorker worker) {
    return new Instance("model-worker", worker.id, worker.address(), Map.of());
  }

  public synchronized void say(List<Instance> instances) {
    known = instances;
    listeners.forEach(l -> l.accept(instances));
  }

  @Override
  public Registration register(Instance instance) {
    return () -> {};
  }

  @Override
  public synchronized Subscription watch(String service, Consumer<List<Instance>> listener) {
    listeners.add(listener);
    List<Instance> now = known;
    if (now != null) {
      listener.accept(now);
    }
    return () -> {};
  }

  @Override
  public String problem() {
    return "";
  }

  @Override
  public void close() {}
}
