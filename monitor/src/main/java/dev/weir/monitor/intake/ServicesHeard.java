package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Which service instances sent telemetry, and when last; the newest 1,024. Thread-safe. */
public final class ServicesHeard {
  private static final int MAX_INSTANCES = 1_024;

  /**
   * An instance that was heard.
   *
   * @param service {@code service.name}
   * @param instance {@code service.instance.id}
   * @param at when last
   */
  public record Heard(String service, String instance, Instant at) {}

  private record Key(String service, String instance) {}

  @GuardedBy("this")
  private final LinkedHashMap<Key, Instant> heard = new LinkedHashMap<>(16, 0.75f, true);

  /** Nobody yet. */
  public ServicesHeard() {}

  /** An instance sent something. */
  public synchronized void heard(String service, String instance, Instant at) {
    heard.put(new Key(service, instance), at);
    if (heard.size() > MAX_INSTANCES) {
      heard.pollFirstEntry();
    }
  }

  /** All of them, the one heard last at the end. */
  public synchronized List<Heard> all() {
    var all = new ArrayList<Heard>();
    heard.forEach((key, at) -> all.add(new Heard(key.service(), key.instance(), at)));
    return all;
  }
}
