package dev.weir.worker.engine.triton;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import dev.weir.worker.engine.DataTypes;
import dev.weir.worker.tensor.TensorSignature;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Writes {@code config.pbtxt}. Pure. */
final class TritonModelText {
  private TritonModelText() {}

  static String of(TritonName name, TritonLayout layout, TritonConfig config) {
    var text = new StringBuilder();
    text.append("name: ").append(quoted(name.text())).append('\n');
    switch (config.backend()) {
      case PYTHON -> text.append("backend: \"python\"\n");
      case ONNXRUNTIME -> text.append("platform: \"onnxruntime_onnx\"\n");
    }
    int batch = layout.isBatched() ? config.maxBatchSize() : 0;
    text.append("max_batch_size: ").append(batch).append('\n');
    layout.inputs().forEach(tensor -> append(text, "input", tensor, layout));
    layout.outputs().forEach(tensor -> append(text, "output", tensor, layout));
    text.append("instance_group [ { kind: KIND_CPU, count: ")
        .append(config.copies())
        .append(" } ]\n");
    if (layout.isBatched()) {
      text.append("dynamic_batching { max_queue_delay_microseconds: ")
          .append(TimeUnit.NANOSECONDS.toMicros(config.maxBatchDelay().toNanos()))
          .append(" }\n");
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, String what, TensorSignature.Tensor tensor, TritonLayout layout) {
    List<Long> inner = layout.innerShape(tensor);
    text.append(what)
        .append(" [ { name: ")
        .append(quoted(tensor.name()))
        .append(", data_type: ")
        .append(DataTypes.of(tensor.type()))
        .append(", dims: [ ")
        .append(
            inner.isEmpty()
                ? "1"
                : inner.stream().map(String::valueOf).collect(Collectors.joining(", ")))
        .append(" ]")
        .append(inner.isEmpty() ? ", reshape: { shape: [ ] }" : "")
        .append(" } ]\n");
  }

  private static String quoted(String value) {
    return '"' + TextFormat.escapeBytes(ByteString.copyFromUtf8(value)) + '"';
  }
}
