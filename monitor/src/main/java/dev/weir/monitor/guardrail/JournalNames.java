package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where an entry of a journal names requests, traces and units. */
final class JournalNames {
  private JournalNames() {}

  /** The entry with new names; an equal one when it has none of the old ones. */
  static JournalEntry renamed(JournalEntry entry, Renaming to) {
    return switch (entry) {
      case JournalEntry.Outcomes(OutcomeSlice slice) ->
          new JournalEntry.Outcomes(
              slice.toBuilder()
                  .clearCells()
                  .addAllCells(slice.getCellsList().stream().map(cell -> cell(cell, to)).toList())
                  .build());
      case JournalEntry.Samples(List<Sample> samples) ->
          new JournalEntry.Samples(samples.stream().map(sample -> sample(sample, to)).toList());
      case JournalEntry.Labels(List<LabelledPrediction> labels) ->
          new JournalEntry.Labels(
              labels.stream()
                  .map(labelled ->
                      new LabelledPrediction(sample(labelled.sample(), to), labelled.label()))
                  .toList());
      case JournalEntry.Business(List<BusinessUnit> units) ->
          new JournalEntry.Business(
              units.stream()
                  .map(unit ->
                      new BusinessUnit(
                          unit.metric(),
                          unit.rolloutId(),
                          unit.canary(),
                          unit.canaryProbability(),
                          to.unit(unit.unit()),
                          unit.sticky(),
                          unit.value()))
                  .toList());
      case JournalEntry.Settled(var now, var decided) ->
          new JournalEntry.Settled(now, decided.map(to::verdict));
      case JournalEntry.Ended(var now, var verdict) ->
          new JournalEntry.Ended(now, to.verdict(verdict));
      case JournalEntry.Begun _,
          JournalEntry.Told _,
          JournalEntry.Pairs _,
          JournalEntry.Finished _,
          JournalEntry.Restored _ ->
          entry;
    };
  }

  private static OutcomeCell cell(OutcomeCell cell, Renaming to) {
    var renamed = cell.toBuilder();
    for (int i = 0; i < cell.getExemplarTraceIdsCount(); i++) {
      renamed.setExemplarTraceIds(i, to.trace(cell.getExemplarTraceIds(i)));
    }
    renamed.getUnitsBuilderList().forEach(unit -> unit.setUnit(to.unit(unit.getUnit())));
    return renamed.build();
  }

  private static Sample sample(Sample sample, Renaming to) {
    var renamed = sample.toBuilder();
    renamed.setRequestId(to.request(sample.getRequestId()));
    renamed.setTraceId(to.trace(sample.getTraceId()));
    if (sample.getAssignment().getUnit() != 0) {
      renamed.getAssignmentBuilder().setUnit(to.unit(sample.getAssignment().getUnit()));
    }
    return renamed.build();
  }

  /** Requests of a named unit, and requests and traces that belong to named ones. */
  static Erasure alsoKnownAs(JournalEntry entry, Erasure named) {
    var requests = new HashSet<String>();
    var traces = new HashSet<String>();
    samples(entry)
        .filter(sample ->
            named.units().contains(sample.getAssignment().getUnit())
                || named.requestIds().contains(sample.getRequestId())
                || named.traceIds().contains(sample.getTraceId()))
        .forEach(sample -> {
          requests.add(sample.getRequestId());
          traces.add(sample.getTraceId());
        });
    requests.remove("");
    traces.remove("");
    return new Erasure(requests, Set.of(), traces);
  }

  private static Stream<Sample> samples(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.Samples(List<Sample> samples) -> samples.stream();
      case JournalEntry.Labels(List<LabelledPrediction> labels) ->
          labels.stream().map(LabelledPrediction::sample);
      case JournalEntry.Outcomes _,
          JournalEntry.Business _,
          JournalEntry.Settled _,
          JournalEntry.Ended _,
          JournalEntry.Begun _,
          JournalEntry.Told _,
          JournalEntry.Pairs _,
          JournalEntry.Finished _,
          JournalEntry.Restored _ ->
          Stream.empty();
    };
  }
}
