package dev.weir.monitor.inspect;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.List;

/**
 * A sample whose first row was looked at.
 *
 * @param sample as it came
 * @param version what the registry knows of its version; the default instance: nothing yet
 * @param features features of its version
 * @param buckets bucket of each feature, by place in {@code features}; -1: not in the sample
 * @param unusual features with a value that the reference does not have
 */
public record Inspected(
    Sample sample,
    ModelVersion version,
    FeatureBuckets features,
    byte[] buckets,
    List<String> unusual) {}
