package dev.weir.worker.sampling;

import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps predictions and sends them to the monitor in batches. {@link #offer} never waits.
 * Thread-safe.
 */
public final class Sampler implements AutoCloseable {
  /** A batch is cut here, well below what a receiver takes. */
  private static final long MAX_BATCH_BYTES = 2 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

  private final SamplingConfig config;
  private final String worker;
  private final Channel monitor;
  private final SampleQueue queue;
  private final SampleMaker maker;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean monitorAway;
  private Scheduler.@Nullable Cancellable periodic;

  /**
   * @param worker this worker's instance
   * @param monitor channel to the monitor
   */
  public Sampler(SamplingConfig config, String worker, Channel monitor) {
    this.config = config;
    this.worker = worker;
    this.monitor = monitor;
    this.queue = new SampleQueue(config.maxQueued(), config.maxQueuedBytes());
    this.maker = new SampleMaker(config.maxTensorBytes(), config.maxRows());
  }

  /** Begins to send, on the scheduler's threads. */
  public void start(Scheduler scheduler) {
    periodic = scheduler.every(config.interval(), this::flush);
  }

  /** Keeps a prediction if its unit is one of those that are kept and there is room. */
  public void offer(Prediction prediction) {
    if (SampleDecision.keeps(config.rate(), unit(prediction))) {
      boolean inputsTooLarge =
          prediction.request().getSerializedSize() > 2L * config.maxTensorBytes();
      queue.offer(inputsTooLarge ? prediction.withoutRequest() : prediction);
    }
  }

  /**
   * The unit; for requests that are no units something else that has nothing to do with the
   * outcome.
   */
  private static long unit(Prediction prediction) {
    long unit = prediction.assignment().map(assignment -> assignment.getUnit()).orElse(0L);
    if (unit != 0) {
      return unit;
    }
    return prediction.requestId().isEmpty()
        ? prediction.at().getNano()
        : prediction.requestId().hashCode();
  }

  /**
   * Sends what waits, batch by batch, until it is sent or the monitor does not take one. Not for
   * two threads at a time.
   */
  private synchronized void flush() {
    for (List<Prediction> taken = queue.take(config.maxBatch());
        !taken.isEmpty();
        taken = queue.take(config.maxBatch())) {
      if (!sendInParts(taken)) {
        return;
      }
    }
  }

  private boolean sendInParts(List<Prediction> predictions) {
    var part = new ArrayList<Sample>();
    long bytes = 0;
    for (int i = 0; i < predictions.size(); i++) {
      Sample sample = maker.make(predictions.get(i));
      if (!part.isEmpty() && bytes + sample.getSerializedSize() > MAX_BATCH_BYTES) {
        if (!send(part)) {
          lost.addAndGet(predictions.size() - i);
          return false;
        }
        part.clear();
        bytes = 0;
      }
      part.add(sample);
      bytes += sample.getSerializedSize();
    }
    return send(part);
  }

  private boolean send(List<Sample> samples) {
    var request =
        ReportSamplesRequest.newBuilder()
            .setWorker(worker)
            .addAllSamples(samples)
            .setDroppedSamples(dropped())
            .build();
    try {
      IntakeServiceGrpc.newBlockingStub(monitor)
          .withDeadlineAfter(config.sendTimeout().toNanos(), TimeUnit.NANOSECONDS)
          .reportSamples(request);
      sent.addAndGet(samples.size());
      if (monitorAway) {
        monitorAway = false;
        LOG.atInfo().addKeyValue("dropped", dropped()).log("the monitor takes samples again");
      }
      return true;
    } catch (StatusRuntimeException e) {
      lost.addAndGet(samples.size());
      if (!monitorAway) {
        monitorAway = true;
        LOG.atWarn()
            .addKeyValue("status", e.getStatus().getCode())
            .log("the monitor does not take samples, they are dropped and counted");
      }
      return false;
    }
  }

  /** Samples that the monitor took. */
  public long sent() {
    return sent.get();
  }

  /** Samples dropped: no room, or the monitor did not take them. */
  public long dropped() {
    return queue.dropped() + lost.get();
  }

  /** Samples that wait. */
  public int queued() {
    return queue.size();
  }

  /** Sends what waits once more, at most one time-out long, and ends. */
  @Override
  public void close() {
    if (periodic != null) {
      periodic.cancel();
      periodic = null;
    }
    flush();
  }
}
