package dev.weir.monitor.simulated;

import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.route.v1.Mirror;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Pairs of answers of a version and its shadow, which is a little slower and now and then differs.
 */
public final class SimulatedMirror {
  public static final String SHADOW_VERSION = "9";
  private static final int UNAVAILABLE = 14;
  private static final int DEADLINE_EXCEEDED = 4;

  private final RandomGenerator random;
  private long requests;

  public SimulatedMirror(RandomGenerator random) {
    this.random = random;
  }

  /** What the route says of it. */
  public static Mirror mirror() {
    return Mirror.newBuilder()
        .setModel(SimulatedTraffic.ROUTE)
        .setVersion(SHADOW_VERSION)
        .setShareBasisPoints(1_000)
        .build();
  }

  /** Some pairs beside a version; one in twenty is traced. */
  public ReportMirroredRequest next(String primaryVersion, int pairs, long atMillis) {
    var request = ReportMirroredRequest.newBuilder().setRouterProcess("router-1-a");
    for (int i = 0; i < pairs; i++) {
      request.addPairs(pair(primaryVersion, atMillis));
    }
    return request.build();
  }

  private MirrorPair pair(String primaryVersion, long atMillis) {
    boolean traced = random.nextInt(20) == 0;
    int status =
        random.nextInt(400) > 0 ? 0 : random.nextBoolean() ? UNAVAILABLE : DEADLINE_EXCEEDED;
    MirrorPair.Builder pair =
        MirrorPair.newBuilder()
            .setRoute(SimulatedTraffic.ROUTE)
            .setAt(
                Timestamp.newBuilder()
                    .setSeconds(atMillis / 1_000)
                    .setNanos((int) (atMillis % 1_000) * 1_000_000))
            .setRequestId("request-" + ++requests)
            .setPrimary(side(primaryVersion, "baseline", 4, traced))
            .setShadow(side(SHADOW_VERSION, "", 5, traced).setStatus(status));
    if (status == 0) {
      boolean otherLabel = random.nextInt(50) == 0;
      double off = (otherLabel ? 0.3 : 0.01) * Math.abs(random.nextGaussian());
      pair.setCompared(true)
          .addOutputs(
              OutputDifference.newBuilder()
                  .setName("label")
                  .setDatatype("INT64")
                  .setRows(1)
                  .setRowsAgreeing(otherLabel ? 0 : 1)
                  .setMaxAbsoluteDifference(otherLabel ? 1 : 0)
                  .setMaxRelativeDifference(otherLabel ? 1 : 0))
          .addOutputs(
              OutputDifference.newBuilder()
                  .setName("probabilities")
                  .setDatatype("FP32")
                  .setRows(1)
                  .setRowsAgreeing(otherLabel ? 0 : 1)
                  .setMaxAbsoluteDifference(off)
                  .setMaxRelativeDifference(Math.min(2, 2 * off)));
    }
    return pair.build();
  }

  private MirrorSide.Builder side(
      String version, String variant, double medianMillis, boolean traced) {
    return MirrorSide.newBuilder()
        .setModel(SimulatedTraffic.ROUTE)
        .setVersion(version)
        .setVariant(variant)
        .setLatencyNanos((long) (1e6 * medianMillis * Math.exp(0.4 * random.nextGaussian())))
        .setTraceId(
            traced
                ? HexFormat.of().toHexDigits(random.nextLong(), 16)
                    + HexFormat.of().toHexDigits(random.nextLong(), 16)
                : "");
  }
}
