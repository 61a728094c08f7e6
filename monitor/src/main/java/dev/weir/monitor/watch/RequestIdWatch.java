package dev.weir.monitor.watch;

import dev.weir.monitor.stats.detector.DriftDetector;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.monitor.stats.sketch.RecentIds;
import dev.weir.proto.monitor.v1.Sample;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Whether request ids of a version come again: a sender that sends twice, or ids that are none.
 * Single writer.
 *
 * <p>Bytes: those of its detector.
 */
final class RequestIdWatch implements Watched {
  /** What alarms call it. */
  static final String NAME = "request_id";

  private final RecentIds recent;
  private final long seed;
  private RateDetector repeats;

  /**
   * Nothing seen.
   *
   * @param recent remembers ids of all versions
   */
  RequestIdWatch(VersionKey key, RecentIds recent, WatchConfig config) {
    this.recent = recent;
    this.seed = RecentIds.hash(0, key.route() + '\n' + key.model() + '\n' + key.version());
    this.repeats = new RateDetector(RecentIds.FALSE_POSITIVES + config.toleratedShare());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<Alarm, DriftDetector> detectors() {
    return Map.of(Alarm.REPEATED_REQUESTS, repeats);
  }

  /** Takes a sample; one without an id says nothing. */
  void observe(Sample sample) {
    if (!sample.getRequestId().isEmpty()) {
      repeats.observe(recent.offer(RecentIds.hash(seed, sample.getRequestId())));
    }
  }

  /** Requests with an id since the detector began or last alarmed. */
  long requests() {
    return repeats.observations();
  }

  /** How many of them came again. */
  long repeated() {
    return repeats.hits();
  }

  @Override
  public byte[] toBytes() {
    return repeats.toBytes();
  }

  @Override
  public void restore(byte[] bytes, WatchConfig config, RandomGenerator random) {
    repeats = repeats.withStateOf(bytes);
  }
}
