package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds the draw of the unit that a business number is about, by the point's own attributes or by
 * its request id, whichever of number and sample comes first. Each unit counts once for each metric
 * and rollout: its first number. Everything is bounded. Thread-safe.
 *
 * <p>A cumulative point is sent again with each export; its unit has had its number then, which
 * {@link BusinessMemory} knows after a restart too.
 */
public final class BusinessUnits implements Erasable {
  private final int maxWaiting;
  private final int maxRequests;
  private final BusinessMemory memory;
  private final IntakeCounts counts;
  private final Consumer<List<BusinessValue>> listener;

  @GuardedBy("this")
  private final LinkedHashMap<String, Assignment> draws = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, List<BusinessPoint>> waiting = new LinkedHashMap<>();

  @GuardedBy("this")
  private int waitingPoints;

  /**
   * Empty.
   *
   * @param memory which units have had their number: saved with the evidence that {@code listener}
   *     makes of them
   * @param listener gets the numbers that found their draw; is not called under a lock
   */
  public BusinessUnits(
      IntakeConfig config,
      BusinessMemory memory,
      IntakeCounts counts,
      Consumer<List<BusinessValue>> listener) {
    this.maxWaiting = config.maxBusinessUnits();
    this.memory = memory;
    this.maxRequests = config.maxPredictions();
    this.counts = counts;
    this.listener = listener;
  }

  /** Takes points that have a unit, each once. */
  void take(List<BusinessPoint> points) {
    var found = new ArrayList<BusinessValue>();
    synchronized (this) {
      for (BusinessPoint point : points) {
        if (!Double.isFinite(point.sum())) {
          counts.add(IntakeEvent.BUSINESS_REFUSED);
          continue;
        }
        Assignment draw = point.draw().orElse(draws.get(point.requestId()));
        if (draw != null) {
          count(point, draw, found);
        } else {
          keep(point);
        }
      }
    }
    tell(found);
  }

  /** Learns how requests were drawn. Copies for a shadow version are nobody's answer. */
  public void takeSamples(List<Sample> samples) {
    var found = new ArrayList<BusinessValue>();
    synchronized (this) {
      for (Sample sample : samples) {
        Assignment draw = sample.getAssignment();
        String id = sample.getRequestId();
        if (id.isEmpty() || draw.getMirrored() || !BusinessPoint.isDraw(draw)) {
          continue;
        }
        draws.putIfAbsent(id, draw);
        if (draws.size() > maxRequests) {
          draws.pollFirstEntry();
        }
        List<BusinessPoint> points = waiting.remove(id);
        if (points != null) {
          waitingPoints -= points.size();
          points.forEach(point -> count(point, draw, found));
        }
      }
    }
    tell(found);
  }

  @GuardedBy("this")
  private void keep(BusinessPoint point) {
    List<BusinessPoint> points =
        waiting.computeIfAbsent(point.requestId(), id -> new ArrayList<>(1));
    if (points.stream().anyMatch(other -> other.metric().equals(point.metric()))) {
      counts.add(IntakeEvent.BUSINESS_REPEATED);
      return;
    }
    points.add(point);
    waitingPoints++;
    while (waitingPoints > maxWaiting) {
      int forgotten = waiting.pollFirstEntry().getValue().size();
      waitingPoints -= forgotten;
      counts.add(IntakeEvent.BUSINESS_FORGOTTEN, forgotten);
    }
  }

  @GuardedBy("this")
  private void count(BusinessPoint point, Assignment draw, List<BusinessValue> found) {
    if (!draw.getRoute().equals(point.route()) || !draw.getVariant().equals(point.variant())) {
      counts.add(IntakeEvent.BUSINESS_REFUSED);
      return;
    }
    switch (memory.offer(draw.getRolloutId(), point.metric(), draw.getUnit())) {
      case FIRST -> {
        counts.add(IntakeEvent.BUSINESS_UNITS);
        found.add(new BusinessValue(point.metric(), draw, point.sum()));
      }
      case REPEATED -> counts.add(IntakeEvent.BUSINESS_REPEATED);
      case FULL -> counts.add(IntakeEvent.BUSINESS_OVERFLOW);
    }
  }

  @Override
  public synchronized boolean erase(String requestId) {
    boolean was = draws.remove(requestId) != null;
    List<BusinessPoint> points = waiting.remove(requestId);
    if (points != null) {
      waitingPoints -= points.size();
    }
    return was || points != null;
  }

  /** Units whose number has come are forgotten with the evidence ({@link BusinessMemory}). */
  @Override
  public synchronized int eraseUnit(long unit) {
    int before = draws.size();
    draws.values().removeIf(draw -> draw.getUnit() == unit);
    return before - draws.size();
  }

  private void tell(List<BusinessValue> found) {
    if (!found.isEmpty()) {
      listener.accept(List.copyOf(found));
    }
  }
}
