package dev.weir.monitor;

import dev.weir.monitor.privacy.KeptSamples;
import dev.weir.monitor.privacy.PrivacyConfig;
import dev.weir.monitor.privacy.PrivacyCounts;
import dev.weir.monitor.privacy.PublishRoutes;
import dev.weir.monitor.privacy.PublishedCounts;
import dev.weir.monitor.privacy.Publisher;
import dev.weir.monitor.privacy.ReleaseStore;
import dev.weir.monitor.privacy.SampleRoutes;
import dev.weir.monitor.privacy.SampleStore;
import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.List;

/** What a model's policy lets be kept of single requests, and published about all of them. */
final class PrivacyRoom implements Room {
  private static final Duration COUNTS_INTERVAL = Duration.ofSeconds(10);

  private final PrivacyConfig config;
  private final Clock clock;
  private final SampleStore store;
  private final KeptSamples kept;
  private final ReleaseStore releases;
  private final PublishedCounts published;
  private final Publisher publisher;
  private final SavePoint saves;

  PrivacyRoom(MonitorConfig config, Surroundings around) {
    this.config = config.privacy();
    this.clock = around.clock();
    this.saves = around.saves();
    var counts = new PrivacyCounts();
    this.store =
        around
            .resources()
            .add("kept samples", SampleStore.open(around.data().resolve("samples.db")));
    this.kept = new KeptSamples(store, config.privacy(), counts, clock);
    this.releases =
        around
            .resources()
            .add("published counts", ReleaseStore.open(around.data().resolve("published.db")));
    this.published =
        new PublishedCounts(releases, config.privacy(), config.why().maxFeatures(), counts, clock);
    this.publisher = new Publisher(releases, published, counts, clock, Randomness.secure());
    counts.registerWith(around.telemetry().meter(), store);
  }

  KeptSamples kept() {
    return kept;
  }

  PublishedCounts published() {
    return published;
  }

  @Override
  public void samples(List<Sample> slice) {
    kept.samples(slice);
  }

  @Override
  public void follow(Snapshot snapshot) {
    kept.follow(snapshot);
    published.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    routes.register("/api/v1/samples", new SampleRoutes(store, config, clock));
    routes.register("/api/v1/published", new PublishRoutes(publisher, releases, config));
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(config.writeInterval(), () -> saves.save(kept::write));
    scheduler.every(COUNTS_INTERVAL, () -> saves.save(published::write));
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("write kept samples", () -> saves.save(kept::close));
    resources.onDrain("write counts", () -> saves.save(published::write));
  }
}
