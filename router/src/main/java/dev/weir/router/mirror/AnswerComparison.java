package dev.weir.router.mirror;

import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.router.wire.OutputTensor;
import dev.weir.router.wire.OutputTensor.Elements;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How two answers to one request differ. */
final class AnswerComparison {
  /** Outputs that are named as unlike at most. */
  private static final int MOST_UNLIKE = 16;

  private AnswerComparison() {}

  /** Adds to the pair what the two answers have in common, and what not. */
  static void into(MirrorPair.Builder pair, ModelInferResponse primary, ModelInferResponse shadow) {
    Set<String> unlike = new LinkedHashSet<>();
    for (int i = 0; i < primary.getOutputsCount(); i++) {
      String name = primary.getOutputs(i).getName();
      OutputTensor ours = OutputTensor.of(primary, i);
      OutputTensor theirs = OutputTensor.of(shadow, name);
      if (ours == null || theirs == null || !isAlike(ours, theirs)) {
        unlike.add(name);
      } else {
        pair.addOutputs(difference(ours, theirs));
      }
    }
    List<String> names =
        primary.getOutputsList().stream()
            .map(ModelInferResponse.InferOutputTensor::getName)
            .toList();
    shadow.getOutputsList().stream()
        .map(ModelInferResponse.InferOutputTensor::getName)
        .filter(name -> !names.contains(name))
        .forEach(unlike::add);
    pair.setCompared(true).addAllUnlikeOutputs(first(unlike));
  }

  private static Collection<String> first(Set<String> names) {
    return names.stream().limit(MOST_UNLIKE).toList();
  }

  private static boolean isAlike(OutputTensor ours, OutputTensor theirs) {
    return ours.datatype().equals(theirs.datatype()) && ours.shape().equals(theirs.shape());
  }

  private static OutputDifference difference(OutputTensor ours, OutputTensor theirs) {
    OutputDifference.Builder difference =
        OutputDifference.newBuilder().setName(ours.name()).setDatatype(ours.datatype());
    switch (ours.elements()) {
      case Elements.Floating(var values) -> {
        var others = ((Elements.Floating) theirs.elements()).values();
        rows(difference, values, others, ours.lastDimension());
        for (int i = 0; i < values.length; i++) {
          widen(difference, values[i], others[i]);
        }
      }
      case Elements.Whole(var values) -> {
        var others = ((Elements.Whole) theirs.elements()).values();
        long agreeing = 0;
        for (int i = 0; i < values.length; i++) {
          agreeing += values[i] == others[i] ? 1 : 0;
          widen(difference, values[i], others[i]);
        }
        difference.setRows(values.length).setRowsAgreeing(agreeing);
      }
      case Elements.Texts(var values) -> {
        var others = ((Elements.Texts) theirs.elements()).values();
        long agreeing = 0;
        for (int i = 0; i < values.size(); i++) {
          agreeing += values.get(i).equals(others.get(i)) ? 1 : 0;
        }
        difference.setRows(values.size()).setRowsAgreeing(agreeing);
      }
    }
    return difference.build();
  }

  private static void rows(
      OutputDifference.Builder difference, double[] ours, double[] theirs, int length) {
    long rows = 0;
    long agreeing = 0;
    for (int from = 0; from < ours.length; from += length) {
      rows++;
      boolean agrees =
          length == 1
              ? Double.compare(ours[from], theirs[from]) == 0
              : largest(ours, from, length) == largest(theirs, from, length);
      agreeing += agrees ? 1 : 0;
    }
    difference.setRows(rows).setRowsAgreeing(agreeing);
  }

  /** Place of the first of the largest; -1: there is none, all are NaN. */
  private static int largest(double[] values, int from, int length) {
    int place = -1;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      double value = values[from + i];
      if (value > largest || place < 0 && value == largest) {
        largest = value;
        place = i;
      }
    }
    return place;
  }

  private static void widen(OutputDifference.Builder difference, double ours, double theirs) {
    if (Double.compare(ours, theirs) == 0 || ours == theirs) {
      return;
    }
    double absolute = Math.abs(theirs - ours);
    boolean isFinite = Double.isFinite(ours) && Double.isFinite(theirs);
    double relative =
        isFinite ? absolute / Math.max(Math.abs(ours), Math.abs(theirs)) : Double.POSITIVE_INFINITY;
    difference
        .setMaxAbsoluteDifference(
            Math.max(
                difference.getMaxAbsoluteDifference(),
                isFinite ? absolute : Double.POSITIVE_INFINITY))
        .setMaxRelativeDifference(
            Math.max(difference.getMaxRelativeDifference(), Math.min(2, relative)));
  }
}
