package dev.weir.monitor.watch;

import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Makes of a sample what waits for its label: without its tensors, but for the groups that its
 * first row belongs to, each as a tensor of its feature's name. Thread-safe.
 */
public final class GroupInputs implements UnaryOperator<Sample> {
  private record Version(String model, String version) {}

  private volatile Map<Version, GroupFeatures> features = Map.of();

  /** Takes the versions' policies. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<Version, GroupFeatures>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      var groups = GroupFeatures.of(version);
      if (!groups.features().isEmpty()) {
        newest.put(new Version(version.getModel(), version.getVersion()), groups);
      }
    }
    features = Map.copyOf(newest);
  }

  @Override
  public Sample apply(Sample sample) {
    Sample.Builder kept = sample.toBuilder().clearInputs().clearOutputs();
    GroupFeatures groups = features.get(new Version(sample.getModel(), sample.getVersion()));
    if (groups != null) {
      var inputs = new SampleInputs(sample);
      for (GroupFeatures.Feature feature : groups.features()) {
        GroupFeatures.groupOf(feature, inputs)
            .ifPresent(group -> kept.addInputs(tensor(feature.name(), group)));
      }
    }
    return kept.build();
  }

  private static SampleTensor tensor(String name, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    ByteBuffer raw =
        ByteBuffer.allocate(4 + text.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(text.length)
            .put(text)
            .flip();
    return SampleTensor.newBuilder()
        .setName(name)
        .setDatatype("BYTES")
        .addShape(1)
        .setRaw(ByteString.copyFrom(raw))
        .build();
  }
}
