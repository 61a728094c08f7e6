package dev.weir.loadtest.load;

import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts requests when they are due and measures each from then, so that a server that stalls is
 * charged for the requests that queued up meanwhile (no coordinated omission; G. Tene, "How NOT to
 * Measure Latency"). When the bound on requests in flight is reached, due requests are not sent but
 * counted as failed with RESOURCE_EXHAUSTED and {@link Outcome#sent} false: the client gave up, and
 * the report says so.
 *
 * <p>One pacing thread sends; outcomes come on transport threads, several at a time.
 */
public final class OpenLoopGenerator implements AutoCloseable {
  /**
   * A gap to the next request shorter than this is waited out by spinning: a timer is not that
   * precise.
   */
  private static final long SPIN_NANOS = 20_000;

  private final InferenceClient client;
  private final RequestSource source;
  private final ArrivalSchedule schedule;
  private final int maxInFlight;
  private final Clock clock;
  private final Consumer<Outcome> outcomes;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Thread pacing;
  private volatile boolean stopped;
  private volatile @Nullable RuntimeException failure;
  private long startNanos;
  private long durationNanos = Long.MAX_VALUE;

  /**
   * @param maxInFlight requests in flight at most, at least 1
   * @param outcomes told about each request once; must be thread-safe and must not block
   */
  public OpenLoopGenerator(
      InferenceClient client,
      RequestSource source,
      ArrivalSchedule schedule,
      int maxInFlight,
      Clock clock,
      Consumer<Outcome> outcomes) {
    this.client = client;
    this.source = source;
    this.schedule = schedule;
    this.maxInFlight = Check.inRange("max-in-flight", maxInFlight, 1, Integer.MAX_VALUE);
    this.clock = clock;
    this.outcomes = outcomes;
    this.pacing = Thread.ofPlatform().daemon(true).name("load-pacing").unstarted(this::pace);
  }

  /**
   * Begins; ends by itself after {@code duration}, or when stopped. The time of this call is when
   * the schedule starts. Once only.
   */
  public void start(@Nullable Duration duration) {
    startNanos = clock.nanoTime();
    if (duration != null) {
      durationNanos = duration.toNanos();
    }
    pacing.start();
  }

  private void pace() {
    try {
      for (long index = 0; !stopped; index++) {
        ModelInferRequest request = source.request(index);
        long dueNanos = schedule.next();
        if (dueNanos >= durationNanos) {
          waitUntil(startNanos + durationNanos);
          return;
        }
        waitUntil(startNanos + dueNanos);
        if (!stopped) {
          send(index, startNanos + dueNanos, request);
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void waitUntil(long due) {
    long left = due - clock.nanoTime();
    while (left > 0 && !stopped) {
      if (left > SPIN_NANOS) {
        LockSupport.parkNanos(left - SPIN_NANOS / 2);
      } else {
        Thread.onSpinWait();
      }
      left = due - clock.nanoTime();
    }
  }

  private void send(long index, long due, ModelInferRequest request) {
    if (inFlight.incrementAndGet() > maxInFlight) {
      inFlight.decrementAndGet();
      Status full =
          Status.RESOURCE_EXHAUSTED.withDescription(
              "not sent: " + maxInFlight + " requests are in flight already");
      outcomes.accept(new Outcome(index, full, clock.nanoTime() - due, null, "", "", 0, false));
      return;
    }
    client.send(
        index,
        request,
        (status, response, headers) -> {
          inFlight.decrementAndGet();
          outcomes.accept(outcome(index, due, status, response, headers));
        });
  }

  private Outcome outcome(
      long index,
      long due,
      Status status,
      @Nullable ModelInferResponse response,
      Metadata headers) {
    return new Outcome(
        index,
        status,
        clock.nanoTime() - due,
        response,
        textOr(headers, MeshMetadata.VARIANT),
        textOr(headers, MeshMetadata.SERVED_VERSION),
        attempts(headers),
        true);
  }

  private static String textOr(Metadata headers, Metadata.Key<String> key) {
    String value = headers.get(key);
    return value == null ? "" : value;
  }

  private static int attempts(Metadata headers) {
    String value = headers.get(MeshMetadata.ATTEMPTS);
    return value != null && value.matches("\\d{1,3}") ? Integer.parseInt(value) : 0;
  }

  /** Requests in flight now. */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Sends no more, and waits for the answers still due, at most {@code grace}. Returns how many did
   * not come.
   *
   * @throws RuntimeException what the source or a listener threw, if that ended the load early
   */
  public int stop(Duration grace) throws InterruptedException {
    end();
    return awaitAnswers(grace);
  }

  /**
   * Waits until the duration given at start is over and the answers have come, at most {@code
   * grace} after its end. Returns how many did not come.
   *
   * @throws RuntimeException what the source or a listener threw, if that ended the load early
   */
  public int await(Duration grace) throws InterruptedException {
    pacing.join();
    return awaitAnswers(grace);
  }

  private void end() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(pacing);
    pacing.join();
  }

  private int awaitAnswers(Duration grace) {
    RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    long end = clock.nanoTime() + grace.toNanos();
    while (inFlight.get() > 0 && end - clock.nanoTime() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
    return inFlight.get();
  }

  @Override
  public void close() throws InterruptedException {
    end();
  }
}
