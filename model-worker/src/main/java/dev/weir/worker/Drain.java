package dev.weir.worker;

import dev.weir.platform.grpc.GrpcServer;
import dev.weir.worker.admission.Room;
import dev.weir.worker.serving.InferenceService;
import dev.weir.worker.serving.StatusReporter;
import dev.weir.worker.serving.WorkerStatusBoard;
import dev.weir.worker.serving.WorkerStatusService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orderly end of a worker, so that no request fails because of it: say so, leave discovery,
 * serve what still comes until routers have heard, refuse the rest, finish what is there.
 */
record Drain(
    WorkerStatusBoard board,
    WorkerStatusService watchers,
    StatusReporter reporter,
    Membership membership,
    Room room,
    InferenceService inference,
    GrpcServer server,
    Duration grace,
    Duration timeout) {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  /** Runs it; returns after at most grace, time-out and some seconds. */
  void run() {
    board.drain();
    watchers.broadcast();
    reporter.report();
    membership.leave();
    try {
      // a latch that nobody counts down: a pause that an interrupt ends
      new CountDownLatch(1).await(grace.toNanos(), TimeUnit.NANOSECONDS);
      room.drain();
      inference.drainStreams();
      if (!room.awaitEmpty(timeout)) {
        LOG.atWarn()
            .addKeyValue("inFlight", room.inFlight())
            .log("drain timeout, ending with requests in flight");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    watchers.complete();
    server.drain();
  }
}
