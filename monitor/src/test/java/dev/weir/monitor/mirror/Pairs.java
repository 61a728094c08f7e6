package dev.weir.monitor.mirror;

import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;

/** Pairs as routers send them. */
final class Pairs {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private Pairs() {}

  static ReportMirroredRequest report(MirrorPair... pairs) {
    return ReportMirroredRequest.newBuilder()
        .setRouterProcess("router-1-a")
        .addAllPairs(java.util.List.of(pairs))
        .build();
  }

  /** Two answers that were not looked at. */
  static MirrorPair.Builder pair(String id) {
    return MirrorPair.newBuilder()
        .setRoute("fraud")
        .setAt(Timestamp.newBuilder().setSeconds(1_000))
        .setRequestId(id)
        .setPrimary(side("4", 0, 10))
        .setShadow(side("5", 0, 12));
  }

  /** Two answers with one output of a row. */
  static MirrorPair.Builder compared(String id, boolean sameLabel, double off) {
    return pair(id).setCompared(true).addOutputs(output("label", 1, sameLabel ? 1 : 0, off));
  }

  static MirrorSide side(String version, int status, int millis) {
    return MirrorSide.newBuilder()
        .setModel("fraud")
        .setVersion(version)
        .setStatus(status)
        .setLatencyNanos(millis * 1_000_000L)
        .build();
  }

  static OutputDifference output(String name, long rows, long agreeing, double off) {
    return OutputDifference.newBuilder()
        .setName(name)
        .setDatatype("FP32")
        .setRows(rows)
        .setRowsAgreeing(agreeing)
        .setMaxAbsoluteDifference(off)
        .setMaxRelativeDifference(Math.min(2, off))
        .build();
  }
}
