package dev.weir.monitor.simulated;

import com.google.protobuf.Timestamp;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import java.util.random.RandomGenerator;

/** What a router that has ended reports of the last hour, a slice a minute: a calm wave. */
public final class FakePast {
  private static final int MINUTES = 58;
  private static final int PER_MINUTE = 20_000;

  private FakePast() {}

  /** The hour that ends at the given time. */
  public static ReportOutcomesRequest of(long nowMillis, String version, RandomGenerator random) {
    var request = ReportOutcomesRequest.newBuilder().setRouterProcess("router-0/past");
    for (int minute = 0; minute < MINUTES; minute++) {
      double wave = 1 + 0.25 * Math.sin(minute / 9.0);
      long requests = (long) (PER_MINUTE * wave * (0.97 + 0.06 * random.nextDouble()));
      long errors = (long) (requests * 0.002 * (0.6 + 0.8 * random.nextDouble()));
      long slow = requests / 90;
      int usual = LatencyScale.bucketOf((long) (4e6 * (0.9 + 0.1 * wave)));
      int long99 = LatencyScale.bucketOf((long) (13e6 * (0.8 + 0.3 * random.nextDouble())));
      long at = nowMillis - (MINUTES - minute) * 60_000L;
      request.addSlices(
          OutcomeSlice.newBuilder()
              .setSequence(minute + 1L)
              .setStart(Timestamp.newBuilder().setSeconds(at / 1000))
              .setLengthMillis(250)
              .addCells(
                  OutcomeCell.newBuilder()
                      .setKey(
                          OutcomeKey.newBuilder()
                              .setRoute(SimulatedTraffic.ROUTE)
                              .setModel(SimulatedTraffic.ROUTE)
                              .setVariant("baseline")
                              .setVersion(version))
                      .setStarted(requests)
                      .putErrors(13, errors)
                      .addLatencyBuckets(usual)
                      .addLatencyCounts(requests - errors - slow)
                      .addLatencyBuckets(long99)
                      .addLatencyCounts(slow)));
    }
    return request.build();
  }
}
