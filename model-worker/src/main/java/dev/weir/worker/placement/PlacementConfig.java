package dev.weir.worker.placement;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How the registry's placements are brought about. */
public record PlacementConfig(
    @Setting("Bytes of artifacts kept on disk, 1048576 to 1099511627776; those in use stay.")
        long artifactCacheBytes,
    @Setting("Time that one artifact may take to come, 1s to 1h.") Duration fetchTimeout,
    @Setting("Fetches at a time, and loads at a time, 1 to 64.") int maxConcurrentJobs,
    @Setting("Requests of zeros before a version is available, 0 to 1000; 0: it is not tried.")
        int warmUpRuns,
    @Setting("Time that requests in flight get when a version is taken out, 0s to 10m.")
        Duration drainTimeout,
    @Setting("Time before a version that could not be loaded is tried again, 1s to 1h.")
        Duration loadRetry,
    @Setting(
            "Time after which the worker registers with some of its first versions not loaded yet, 0s to 1h.")
        Duration startPatience) {
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LAST_RETRY = Duration.ofSeconds(5);
  private static final Duration ENGINE_RETRY = Duration.ofSeconds(2);

  public PlacementConfig {
    Check.inRange("artifactCacheBytes", artifactCacheBytes, 1L << 20, 1L << 40);
    Check.inRange("fetchTimeout", fetchTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    Check.inRange("maxConcurrentJobs", maxConcurrentJobs, 1, 64);
    Check.inRange("warmUpRuns", warmUpRuns, 0, 1_000);
    Check.inRange("drainTimeout", drainTimeout, Duration.ZERO, Duration.ofMinutes(10));
    Check.inRange("loadRetry", loadRetry, Duration.ofSeconds(1), Duration.ofHours(1));
    Check.inRange("startPatience", startPatience, Duration.ZERO, Duration.ofHours(1));
  }

  /** 4 GiB of artifacts, three warm-up requests. */
  public static PlacementConfig defaults() {
    return new PlacementConfig(
        4L << 30,
        Duration.ofMinutes(2),
        2,
        3,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofSeconds(15));
  }

  /** Time before the next try in a state that waits for one. */
  Duration retryDelay(Life life) {
    return switch (life) {
      case Life.FetchWaiting(int attempt, String _) -> {
        Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(attempt - 1, 16));
        yield delay.compareTo(LAST_RETRY) < 0 ? delay : LAST_RETRY;
      }
      case Life.EngineWaiting _ -> ENGINE_RETRY;
      case Life.LoadFailed _ -> loadRetry;
      case Life.Fetching _,
          Life.Loading _,
          Life.Available _,
          Life.Quiescing _,
          Life.Unloading _,
          Life.Gone _ ->
          throw new IllegalStateException("no retry in " + life);
    };
  }
}
