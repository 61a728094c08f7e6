package dev.weir.monitor.verdict;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.platform.time.Clock;
import dev.weir.proto.registry.v1.ReportVerdictsRequest;
import dev.weir.proto.registry.v1.ReportVerdictsResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.route.v1.Verdict;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the verdicts on all active rollouts, one call at a time. A verdict is repeated until the
 * registry says that its rollout is over, so a lost call is made good by the next. Thread-safe.
 */
public final class VerdictSender {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictSender.class);

  /** A registry that does not answer for this long is away; the next interval tries again. */
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  private final Channel registry;
  private final String monitor;
  private final EvidenceBook book;
  private final Clock clock;
  private final ReentrantLock oneCall = new ReentrantLock();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile long heardNanos;
  private volatile boolean away;

  /**
   * @param monitor this monitor's instance
   */
  public VerdictSender(Channel registry, String monitor, EvidenceBook book, Clock clock) {
    this.registry = registry;
    this.monitor = monitor;
    this.book = book;
    this.clock = clock;
    this.heardNanos = clock.nanoTime();
  }

  /** Sends what the evidence says now, waiting its turn and then at most 2 seconds. */
  public void send() {
    oneCall.lock();
    try {
      List<Verdict> verdicts = book.verdicts();
      if (verdicts.isEmpty()) {
        return;
      }
      ReportVerdictsResponse response =
          RolloutServiceGrpc.newBlockingStub(registry)
              .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
              .reportVerdicts(
                  ReportVerdictsRequest.newBuilder()
                      .setMonitor(monitor)
                      .addAllVerdicts(verdicts)
                      .build());
      sent.addAndGet(verdicts.size());
      book.finished(response.getFinishedRolloutsList());
      heardNanos = clock.nanoTime();
      if (away) {
        away = false;
        LOG.info("the registry takes verdicts again");
      }
    } catch (StatusRuntimeException e) {
      failed.incrementAndGet();
      if (!away) {
        away = true;
        LOG.atWarn()
            .addKeyValue("status", e.getStatus())
            .log("the registry takes no verdicts, they are repeated");
      }
    } finally {
      oneCall.unlock();
    }
  }

  /** Verdicts that the registry took. */
  public long sent() {
    return sent.get();
  }

  /** Calls that failed. */
  public long failed() {
    return failed.get();
  }

  /** Time since a call last succeeded while there was something to say; zero while it does. */
  public Duration silence() {
    return away ? Duration.ofNanos(clock.nanoTime() - heardNanos) : Duration.ZERO;
  }
}
