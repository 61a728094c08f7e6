package dev.weir.local.demo;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ground truth, which arrives a while after each prediction, as it does in life. Sent to the
 * monitor in batches; what the monitor cannot take is dropped and counted. Thread-safe.
 */
final class Labels implements AutoCloseable {
  /** The id of a request is this followed by its number. */
  static final String ID_PREFIX = "replay-";

  private static final Duration DELAY = Duration.ofSeconds(3);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final int MAX_WAITING = 20_000;
  private static final Logger LOG = LoggerFactory.getLogger(Labels.class);

  private record Due(long index, long atNanos) {}

  private final BlockingQueue<Due> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final GrpcChannel channel;
  private final List<float[]> rows;
  private final int label;
  private final Clock clock;
  private final Scheduler.Cancellable sending;

  Labels(HostAndPort monitor, Employment data, Clock clock, Scheduler scheduler) {
    this.channel = GrpcChannel.to(monitor, List.of());
    this.rows = data.rows().rows();
    this.label = data.label();
    this.clock = clock;
    this.sending = scheduler.every(PERIOD, this::send);
  }

  /** A request was answered. Does not block. */
  void answered(long index) {
    if (!waiting.offer(new Due(index, clock.nanoTime() + DELAY.toNanos()))) {
      dropped.incrementAndGet();
    }
  }

  /** Labels that could not be sent. */
  long dropped() {
    return dropped.get();
  }

  private void send() {
    var request = ReportFeedbackRequest.newBuilder();
    Due next = waiting.peek();
    while (next != null && next.atNanos() - clock.nanoTime() <= 0) {
      waiting.remove();
      int truth = (int) rows.get((int) (next.index() % rows.size()))[label];
      request.addFeedback(
          Feedback.newBuilder()
              .setRequestId(ID_PREFIX + next.index())
              .addTrueClasses(Integer.toString(truth)));
      next = waiting.peek();
    }
    if (request.getFeedbackCount() == 0) {
      return;
    }
    try {
      var answer =
          IntakeServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .reportFeedback(request.build());
      LOG.atDebug().addKeyValue("joined", answer.getJoined()).log("labels sent");
    } catch (StatusRuntimeException e) {
      dropped.addAndGet(request.getFeedbackCount());
      LOG.atDebug().addKeyValue("status", e.getStatus()).log("labels not taken");
    }
  }

  @Override
  public void close() throws InterruptedException {
    sending.cancel();
    channel.close();
  }
}
