package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportSplitTest {
  private final IntakeCounts counts = new IntakeCounts();
  private final Ownership ownership = new Ownership(Share.WHOLE, 5);
  private final ReportSplit split = new ReportSplit(ownership, counts);

  @Test
  void each_partition_gets_every_sequence_number_with_the_cells_of_its_routes() {
    TwoRoutes.Second second = new TwoRoutes(1).next();
    List<ReportOutcomesRequest> parts =
        split.outcomes(
            ReportOutcomesRequest.newBuilder()
                .setRouterProcess("router-1/a")
                .addAllSlices(second.slices())
                .setDroppedSlices(3)
                .build());

    assertThat(parts).hasSize(5);
    var cells = new HashSet<OutcomeCell>();
    for (int partition = 0; partition < parts.size(); partition++) {
      ReportOutcomesRequest part = parts.get(partition);
      assertThat(part.getRouterProcess()).isEqualTo("router-1/a");
      assertThat(part.getSlicesList())
          .extracting(OutcomeSlice::getSequence)
          .containsExactly(1L, 2L, 3L, 4L);
      for (OutcomeSlice slice : part.getSlicesList()) {
        for (OutcomeCell cell : slice.getCellsList()) {
          assertThat(ownership.partitionOf(cell.getKey().getRoute())).isEqualTo(partition);
          assertThat(cells.add(cell)).as("only once").isTrue();
        }
      }
    }
    assertThat(cells).hasSize(second.slices().stream().mapToInt(OutcomeSlice::getCellsCount).sum());
    assertThat(parts.stream().mapToLong(ReportOutcomesRequest::getDroppedSlices).sum())
        .as("said to have been dropped")
        .isEqualTo(3);
  }

  @Test
  void a_slice_that_makes_no_sense_is_refused_whole() {
    OutcomeSlice sound = new TwoRoutes(1).next().slices().getFirst();
    OutcomeSlice broken =
        sound.toBuilder()
            .addCells(
                OutcomeCell.newBuilder()
                    .setKey(OutcomeKey.newBuilder().setRoute("other").setCanaryProbability(2)))
            .build();
    List<ReportOutcomesRequest> parts =
        split.outcomes(
            ReportOutcomesRequest.newBuilder().setRouterProcess("r").addSlices(broken).build());

    assertThat(parts)
        .allSatisfy(part -> {
          assertThat(part.getSlicesCount()).isEqualTo(1);
          assertThat(part.getSlices(0).getCellsList()).isEmpty();
        });
    assertThat(counts.of(IntakeEvent.SLICES_REFUSED)).isEqualTo(1);
  }

  @Test
  void samples_go_by_route_and_those_of_no_route_by_model() {
    ReportSamplesRequest report =
        new TwoRoutes(1)
            .next().samples().toBuilder()
                .addSamples(Sample.newBuilder().setModel("alone"))
                .setDroppedSamples(7)
                .build();
    Map<Integer, List<ReportSamplesRequest>> parts = split.samples(report);

    var seen = new HashSet<Sample>();
    parts.forEach((partition, records) ->
        records.stream()
            .flatMap(record -> record.getSamplesList().stream())
            .forEach(sample -> {
              String route = sample.getAssignment().getRoute();
              assertThat(ownership.partitionOf(route.isEmpty() ? sample.getModel() : route))
                  .isEqualTo(partition);
              assertThat(seen.add(sample)).isTrue();
            }));
    assertThat(seen).hasSize(report.getSamplesCount());
    assertThat(parts.get(ownership.partitionOf("worker-1")))
        .allMatch(record -> record.getDroppedSamples() == 7);
  }

  @Test
  void many_large_samples_become_several_records() {
    var report = ReportSamplesRequest.newBuilder().setWorker("w");
    var tensor = SampleTensor.newBuilder().setRaw(ByteString.copyFrom(new byte[200_000])).build();
    for (int i = 0; i < 7; i++) {
      report.addSamples(Sample.newBuilder().setModel("large").addInputs(tensor));
    }
    List<ReportSamplesRequest> records =
        split.samples(report.build()).get(ownership.partitionOf("large"));

    assertThat(records)
        .extracting(ReportSamplesRequest::getSamplesCount)
        .containsExactly(2, 2, 2, 1);
  }

  @Test
  void pairs_go_by_route() {
    var report = ReportMirroredRequest.newBuilder().setRouterProcess("r").setDroppedPairs(2);
    for (String route : TwoRoutes.ROUTES) {
      report.addPairs(MirrorPair.newBuilder().setRoute(route));
    }
    Map<Integer, ReportMirroredRequest> parts = split.mirrored(report.build());

    for (String route : TwoRoutes.ROUTES) {
      assertThat(of(parts, route).getPairsList()).extracting(MirrorPair::getRoute).contains(route);
    }
    assertThat(of(parts, "r").getDroppedPairs()).isEqualTo(2);
  }

  private ReportMirroredRequest of(Map<Integer, ReportMirroredRequest> parts, String name) {
    return parts.getOrDefault(
        ownership.partitionOf(name), ReportMirroredRequest.getDefaultInstance());
  }
}
