package dev.weir.router.outcome;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings exposures to the monitor. What is not acknowledged is sent again, so that the monitor may
 * see one twice. Thread-safe.
 */
public final class ExposureSender {
  private static final Logger LOG = LoggerFactory.getLogger(ExposureSender.class);
  private static final int BATCH = 1_000;

  private final String routerProcess;
  private final ExposureLog log;
  private final ExposureIntake intake;

  @GuardedBy("this")
  private List<Exposure> unacknowledged = List.of();

  @GuardedBy("this")
  private boolean reachable = true;

  /**
   * @param routerProcess instance and a part that is new at each start
   */
  public ExposureSender(String routerProcess, ExposureLog log, ExposureIntake intake) {
    this.routerProcess = routerProcess;
    this.log = log;
    this.intake = intake;
  }

  /** Sends what waits, until nothing does or the monitor does not answer. */
  public synchronized void flush() {
    while (true) {
      if (unacknowledged.isEmpty()) {
        unacknowledged = log.take(BATCH);
      }
      if (unacknowledged.isEmpty() || !send()) {
        return;
      }
      unacknowledged = List.of();
    }
  }

  @GuardedBy("this")
  private boolean send() {
    try {
      intake.send(
          ReportExposuresRequest.newBuilder()
              .setRouterProcess(routerProcess)
              .addAllExposures(unacknowledged)
              .setDroppedExposures(log.dropped())
              .build());
      said(true, "");
      return true;
    } catch (IOException e) {
      said(false, String.valueOf(e.getMessage()));
      return false;
    }
  }

  @GuardedBy("this")
  private void said(boolean reachableNow, String problem) {
    if (reachableNow != reachable) {
      reachable = reachableNow;
      if (reachableNow) {
        LOG.info("the monitor takes exposures again");
      } else {
        LOG.atWarn().addKeyValue("problem", problem).log("the monitor takes no exposures");
      }
    }
  }
}
