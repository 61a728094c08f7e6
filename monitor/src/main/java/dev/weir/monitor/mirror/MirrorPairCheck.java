package dev.weir.monitor.mirror;

import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.OutputDifference;
import java.util.regex.Pattern;

/** Whether a pair makes sense. */
final class MirrorPairCheck {
  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_OUTPUT = 256;
  private static final int LONGEST_REQUEST_ID = 1_024;
  private static final int LONGEST_DATATYPE = 16;
  private static final int MOST_OUTPUTS = 1_000;
  private static final int LAST_STATUS = 16;

  /** The end of the year 9999. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  private MirrorPairCheck() {}

  static boolean isUsable(MirrorPair pair) {
    boolean bothOk = pair.getPrimary().getStatus() == 0 && pair.getShadow().getStatus() == 0;
    boolean mayHaveOutputs = pair.getCompared() && bothOk;
    return named(pair.getRoute(), LONGEST_NAME)
        && pair.getRequestId().length() <= LONGEST_REQUEST_ID
        && pair.getAt().getSeconds() >= 0
        && pair.getAt().getSeconds() <= LAST_SECOND
        && isUsable(pair.getPrimary())
        && isUsable(pair.getShadow())
        && (mayHaveOutputs || pair.getOutputsCount() + pair.getUnlikeOutputsCount() == 0)
        && pair.getOutputsCount() + pair.getUnlikeOutputsCount() <= MOST_OUTPUTS
        && pair.getOutputsList().stream().allMatch(MirrorPairCheck::isUsable)
        && pair.getUnlikeOutputsList().stream().allMatch(name -> named(name, LONGEST_OUTPUT));
  }

  private static boolean isUsable(MirrorSide side) {
    return named(side.getModel(), LONGEST_NAME)
        && named(side.getVersion(), LONGEST_NAME)
        && Integer.compareUnsigned(side.getStatus(), LAST_STATUS) <= 0
        && side.getLatencyNanos() >= 0
        && (side.getTraceId().isEmpty() || TRACE_ID.matcher(side.getTraceId()).matches());
  }

  private static boolean isUsable(OutputDifference output) {
    return named(output.getName(), LONGEST_OUTPUT)
        && output.getDatatype().length() <= LONGEST_DATATYPE
        && output.getRows() >= 0
        && output.getRowsAgreeing() >= 0
        && output.getRowsAgreeing() <= output.getRows()
        && output.getMaxAbsoluteDifference() >= 0
        && output.getMaxRelativeDifference() >= 0
        && output.getMaxRelativeDifference() <= 2;
  }

  private static boolean named(String name, int longest) {
    return !name.isBlank() && name.length() <= longest;
  }
}
