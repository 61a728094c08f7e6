package dev.weir.monitor;

import dev.weir.monitor.dashboard.Dashboard;
import dev.weir.monitor.dashboard.DashboardConfig;
import dev.weir.monitor.dashboard.DashboardRoutes;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;

/** The pages. */
final class DashboardRoom implements Room {
  private final DashboardConfig config;
  private final Dashboard dashboard;

  /**
   * @param incoming what of the traffic it shows
   */
  DashboardRoom(
      DashboardConfig config,
      Dashboard.Sources sources,
      Dashboard.Incoming incoming,
      Surroundings around) {
    this.config = config;
    this.dashboard =
        around
            .resources()
            .add("dashboard", new Dashboard(sources, incoming, config, around.clock()));
  }

  @Override
  public void follow(Snapshot snapshot) {
    dashboard.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    new DashboardRoutes(dashboard).addTo(routes);
  }

  @Override
  public void start(Scheduler scheduler) {
    dashboard.start();
    scheduler.every(config.pushInterval(), dashboard::push);
  }

  /** Ends the pages' streams of events, which would keep calls open for ever. */
  void close() {
    dashboard.close();
  }
}
