package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;

/**
 * A prediction and its label, brought together by request id.
 *
 * @param sample what was predicted
 * @param label what was true
 */
public record LabelledPrediction(Sample sample, Feedback label) {}
