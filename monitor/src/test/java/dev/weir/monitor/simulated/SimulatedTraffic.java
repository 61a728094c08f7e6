package dev.weir.monitor.simulated;

import com.google.protobuf.Timestamp;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.UnitOutcome;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * One router's outcome slices and one worker's samples of simulated requests, a quarter of a second
 * at a time. The same seed gives the same traffic.
 */
public final class SimulatedTraffic {
  /** Rollout, unless another is set. */
  public static final String ROLLOUT = "rollout-1";

  /** Route and model. */
  public static final String ROUTE = "employment";

  private static final int SLICE_MILLIS = 250;

  /** What one quarter of a second gave. */
  public record Quarter(ReportOutcomesRequest outcomes, ReportSamplesRequest samples) {
    /** Samples of it, of which only those have a trace that the outcomes name. */
    ReportSamplesRequest traced(ReportSamplesRequest some) {
      var named = new HashSet<String>();
      for (OutcomeCell cell : outcomes.getSlices(0).getCellsList()) {
        named.addAll(cell.getExemplarTraceIdsList());
      }
      var traced = some.toBuilder();
      for (Sample.Builder sample : traced.getSamplesBuilderList()) {
        if (!named.contains(sample.getTraceId())) {
          sample.clearTraceId();
        }
      }
      return traced.build();
    }
  }

  private final RandomGenerator random;
  private final double requestsPerSecond;
  public Behaviour baseline = Behaviour.SOUND;
  public Behaviour canary = Behaviour.SOUND;
  public double canaryShare = 0.05;
  public int step;

  /** Share of the canary's outcomes that the router loses. */
  public double canaryOutcomesLost;

  /** Share of the canary's samples that the worker loses. */
  public double canarySamplesLost;

  /** Users of a sticky route; 0: each request is its own unit. */
  public int users;

  /** Rollout that owns the weights; empty: all goes to the baseline. */
  public String rollout = ROLLOUT;

  public String baselineVersion = "1";
  public String canaryVersion = "2";

  /** Start of the next quarter, milliseconds since 1970. */
  public long millis = 1_767_225_600_000L;

  private long sequence;

  /** Traffic of so many requests a second, the first in 2026. */
  public SimulatedTraffic(RandomGenerator random, double requestsPerSecond) {
    this.random = random;
    this.requestsPerSecond = requestsPerSecond;
  }

  private static final class Cell {
    final OutcomeCell.Builder cell = OutcomeCell.newBuilder();
    final TreeMap<Integer, Long> latencies = new TreeMap<>();
    long errors;
    long started;
  }

  /** The next quarter of a second. */
  public Quarter next() {
    var cells = List.of(new Cell(), new Cell());
    var samples = new ArrayList<Sample>();
    int requests = (int) Math.round(requestsPerSecond * SLICE_MILLIS / 1000);
    for (int i = 0; i < requests; i++) {
      request(cells, samples, millis + (long) i * SLICE_MILLIS / requests);
    }
    var slice =
        OutcomeSlice.newBuilder()
            .setSequence(++sequence)
            .setStart(timestamp(millis))
            .setLengthMillis(SLICE_MILLIS);
    for (Cell cell : cells) {
      if (cell.started > 0) {
        cell.cell
            .setKey(key(cells.indexOf(cell) == 1))
            .setStarted(cell.started)
            .addAllLatencyBuckets(cell.latencies.keySet())
            .addAllLatencyCounts(cell.latencies.values());
        if (cell.errors > 0) {
          cell.cell.putErrors(13, cell.errors);
        }
        slice.addCells(cell.cell);
      }
    }
    millis += SLICE_MILLIS;
    return new Quarter(
        ReportOutcomesRequest.newBuilder().setRouterProcess("router-1/a").addSlices(slice).build(),
        ReportSamplesRequest.newBuilder().setWorker("worker-1").addAllSamples(samples).build());
  }

  private void request(List<Cell> cells, List<Sample> samples, long at) {
    long unit = users == 0 ? random.nextLong() | 1 : 1 + random.nextInt(users);
    boolean toCanary =
        !rollout.isEmpty()
            && (users == 0
                ? random.nextDouble() < canaryShare
                : (unit * 7919 % 1000) < canaryShare * 1000);
    Behaviour behaviour = toCanary ? canary : baseline;
    boolean fails = behaviour.fails(random);
    long latency = behaviour.latencyNanos(random);
    String predicted = behaviour.predictedClass(random);
    boolean outcomeLost = toCanary && random.nextDouble() < canaryOutcomesLost;
    boolean sampleLost = toCanary && random.nextDouble() < canarySamplesLost;
    String trace = "%016x%016x".formatted(random.nextLong(), random.nextLong());
    if (!outcomeLost) {
      count(cells.get(toCanary ? 1 : 0), unit, fails, LatencyScale.bucketOf(latency), trace);
    }
    if (!fails && !sampleLost) {
      samples.add(
          Sample.newBuilder()
              .setAssignment(assignment(toCanary, unit))
              .setAt(timestamp(at))
              .setRequestId("r" + Long.toHexString(random.nextLong()))
              .setVersion(toCanary ? canaryVersion : baselineVersion)
              .setTraceId(trace)
              .addPredictedClasses(predicted)
              .build());
    }
  }

  private void count(Cell cell, long unit, boolean fails, int bucket, String trace) {
    cell.started++;
    if (fails) {
      cell.errors++;
    } else {
      cell.latencies.merge(bucket, 1L, Long::sum);
    }
    if (cell.cell.getExemplarTraceIdsCount() < 4) {
      cell.cell.addExemplarTraceIds(trace);
    }
    if (users > 0) {
      cell.cell.addUnits(
          UnitOutcome.newBuilder()
              .setUnit(unit)
              .setStatus(fails ? 13 : 0)
              .setLatencyBucket(fails ? 0 : bucket));
    }
  }

  private OutcomeKey key(boolean toCanary) {
    return OutcomeKey.newBuilder()
        .setRoute(ROUTE)
        .setVariant(toCanary ? "canary" : "baseline")
        .setVersion(toCanary ? canaryVersion : baselineVersion)
        .setModel(ROUTE)
        .setArm(arm(toCanary))
        .setCanaryProbability(rollout.isEmpty() ? 0 : canaryShare)
        .setRolloutId(rollout)
        .setRolloutStep(step)
        .build();
  }

  private Assignment assignment(boolean toCanary, long unit) {
    return Assignment.newBuilder()
        .setRoute(ROUTE)
        .setVariant(toCanary ? "canary" : "baseline")
        .setArm(arm(toCanary))
        .setCanaryProbability(rollout.isEmpty() ? 0 : canaryShare)
        .setRolloutId(rollout)
        .setRolloutStep(step)
        .setUnit(unit)
        .setSticky(users > 0)
        .setAttempt(1)
        .build();
  }

  private Arm arm(boolean toCanary) {
    if (rollout.isEmpty()) {
      return Arm.ARM_UNSPECIFIED;
    }
    return toCanary ? Arm.ARM_CANARY : Arm.ARM_BASELINE;
  }

  private static Timestamp timestamp(long millis) {
    return Timestamp.newBuilder()
        .setSeconds(Math.floorDiv(millis, 1000L))
        .setNanos((int) Math.floorMod(millis, 1000L) * 1_000_000)
        .build();
  }
}
