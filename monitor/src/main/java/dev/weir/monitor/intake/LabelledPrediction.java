package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;

/**
 * A prediction and its label, brought together by request id.
 *
 * @param sample what was predicted, without its tensors but the groups that it belongs to
 * @param label what was true
 */
public record LabelledPrediction(Sample sample, Feedback label) {}
