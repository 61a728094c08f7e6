package dev.weir.monitor.scale;

import dev.weir.monitor.guardrail.SliceCheck;
import dev.weir.monitor.intake.BusinessPoint;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.proto.monitor.v1.BusinessReport;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides reports by the partitions of their routes. Pure but for what it counts.
 *
 * <p>A slice of outcomes goes to <em>every</em> partition under its sequence number, with the cells
 * of that partition's routes, or with none: so the numbers that a partition sees have no gaps but
 * those of slices that never came, and repeats are known in each partition by itself. What a sender
 * says it dropped goes to one partition, chosen by the sender's name.
 */
final class ReportSplit {
  private static final Logger LOG = LoggerFactory.getLogger(ReportSplit.class);

  /** A record is at most about this long, unless one sample alone is longer. */
  private static final int RECORD_BYTES = 512 << 10;

  private final Ownership ownership;
  private final IntakeCounts counts;

  ReportSplit(Ownership ownership, IntakeCounts counts) {
    this.ownership = ownership;
    this.counts = counts;
  }

  /**
   * One for each partition. A slice that makes no sense goes to each without its cells: it is
   * refused whole, as one monitor refuses it.
   */
  List<ReportOutcomesRequest> outcomes(ReportOutcomesRequest report) {
    var parts = new ArrayList<ReportOutcomesRequest.Builder>();
    for (int partition = 0; partition < ownership.partitions(); partition++) {
      parts.add(ReportOutcomesRequest.newBuilder().setRouterProcess(report.getRouterProcess()));
    }
    parts
        .get(ownership.partitionOf(report.getRouterProcess()))
        .setDroppedSlices(report.getDroppedSlices());
    for (OutcomeSlice slice : report.getSlicesList()) {
      OutcomeSlice empty = slice.toBuilder().clearCells().build();
      parts.forEach(part -> part.addSlices(empty));
      SliceCheck.problem(slice)
          .ifPresentOrElse(
              problem -> refused(report.getRouterProcess(), slice, problem),
              () -> divide(slice, parts));
    }
    return parts.stream().map(ReportOutcomesRequest.Builder::build).toList();
  }

  private void divide(OutcomeSlice slice, List<ReportOutcomesRequest.Builder> parts) {
    for (OutcomeCell cell : slice.getCellsList()) {
      ReportOutcomesRequest.Builder part =
          parts.get(ownership.partitionOf(cell.getKey().getRoute()));
      part.getSlicesBuilder(part.getSlicesCount() - 1).addCells(cell);
    }
  }

  private void refused(String process, OutcomeSlice slice, String problem) {
    counts.add(IntakeEvent.SLICES_REFUSED);
    LOG.atWarn()
        .addKeyValue("router", process)
        .addKeyValue("sequence", slice.getSequence())
        .addKeyValue("problem", problem)
        .log("outcome slice refused");
  }

  /**
   * The samples by partition, in order, in records that are not too long. A sample that came
   * through no route goes by its model.
   */
  Map<Integer, List<ReportSamplesRequest>> samples(ReportSamplesRequest report) {
    var parts = new TreeMap<Integer, SampleRecords>();
    if (report.getDroppedSamples() > 0) {
      parts.put(
          ownership.partitionOf(report.getWorker()),
          new SampleRecords(report.getWorker(), report.getDroppedSamples()));
    }
    for (Sample sample : report.getSamplesList()) {
      String route = sample.getAssignment().getRoute();
      parts
          .computeIfAbsent(
              ownership.partitionOf(route.isEmpty() ? sample.getModel() : route),
              p -> new SampleRecords(report.getWorker(), 0))
          .add(sample);
    }
    var built = new TreeMap<Integer, List<ReportSamplesRequest>>();
    parts.forEach((partition, records) -> built.put(partition, records.build()));
    return built;
  }

  /** Samples of a worker for one partition, in records of a bounded length. */
  private static final class SampleRecords {
    private final String worker;
    private final long dropped;
    private final List<ReportSamplesRequest> full = new ArrayList<>();
    private ReportSamplesRequest.Builder open;
    private int openBytes;

    SampleRecords(String worker, long dropped) {
      this.worker = worker;
      this.dropped = dropped;
      this.open = begin();
    }

    private ReportSamplesRequest.Builder begin() {
      openBytes = 0;
      return ReportSamplesRequest.newBuilder().setWorker(worker).setDroppedSamples(dropped);
    }

    void add(Sample sample) {
      int bytes = sample.getSerializedSize();
      if (openBytes + bytes > RECORD_BYTES && open.getSamplesCount() > 0) {
        full.add(open.build());
        open = begin();
      }
      open.addSamples(sample);
      openBytes += bytes;
    }

    List<ReportSamplesRequest> build() {
      full.add(open.build());
      return full;
    }
  }

  /** The pairs by partition. */
  Map<Integer, ReportMirroredRequest> mirrored(ReportMirroredRequest report) {
    var parts = new TreeMap<Integer, ReportMirroredRequest.Builder>();
    if (report.getDroppedPairs() > 0) {
      part(parts, ownership.partitionOf(report.getRouterProcess()), report)
          .setDroppedPairs(report.getDroppedPairs());
    }
    for (MirrorPair pair : report.getPairsList()) {
      part(parts, ownership.partitionOf(pair.getRoute()), report).addPairs(pair);
    }
    var built = new TreeMap<Integer, ReportMirroredRequest>();
    parts.forEach((partition, part) -> built.put(partition, part.build()));
    return built;
  }

  private static ReportMirroredRequest.Builder part(
      Map<Integer, ReportMirroredRequest.Builder> parts,
      int partition,
      ReportMirroredRequest report) {
    return parts.computeIfAbsent(
        partition,
        p -> ReportMirroredRequest.newBuilder().setRouterProcess(report.getRouterProcess()));
  }

  /** The points by partition. */
  Map<Integer, BusinessReport> business(
      List<BusinessPoint> differences, List<BusinessPoint> ofUnits) {
    var parts = new TreeMap<Integer, BusinessReport.Builder>();
    differences.forEach(point -> part(parts, point).addDifferences(point.toMessage()));
    ofUnits.forEach(point -> part(parts, point).addOfUnits(point.toMessage()));
    var built = new TreeMap<Integer, BusinessReport>();
    parts.forEach((partition, part) -> built.put(partition, part.build()));
    return built;
  }

  private BusinessReport.Builder part(
      Map<Integer, BusinessReport.Builder> parts, BusinessPoint point) {
    return parts.computeIfAbsent(
        ownership.partitionOf(point.route()), p -> BusinessReport.newBuilder());
  }
}
