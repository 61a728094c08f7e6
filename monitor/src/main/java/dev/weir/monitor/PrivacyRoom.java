package dev.weir.monitor;

import dev.weir.monitor.privacy.KeptSamples;
import dev.weir.monitor.privacy.PrivacyConfig;
import dev.weir.monitor.privacy.PrivacyCounts;
import dev.weir.monitor.privacy.SampleRoutes;
import dev.weir.monitor.privacy.SampleStore;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/** What a model's policy lets be kept of single requests. */
final class PrivacyRoom implements Room {
  private final PrivacyConfig config;
  private final Clock clock;
  private final SampleStore store;
  private final KeptSamples kept;

  PrivacyRoom(MonitorConfig config, Surroundings around) {
    this.config = config.privacy();
    this.clock = around.clock();
    var counts = new PrivacyCounts();
    this.store =
        around
            .resources()
            .add("kept samples", SampleStore.open(around.data().resolve("samples.db")));
    this.kept = new KeptSamples(store, config.privacy(), counts, clock);
    counts.registerWith(around.telemetry().meter(), store);
  }

  KeptSamples kept() {
    return kept;
  }

  @Override
  public void samples(List<Sample> slice) {
    kept.samples(slice);
  }

  @Override
  public void follow(Snapshot snapshot) {
    kept.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    routes.register("/api/v1/samples", new SampleRoutes(store, config, clock));
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(config.writeInterval(), kept::write);
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("write kept samples", kept::close);
  }
}
