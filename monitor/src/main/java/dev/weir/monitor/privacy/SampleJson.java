package dev.weir.monitor.privacy;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.route.v1.Assignment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A kept sample as JSON. */
final class SampleJson {
  private SampleJson() {}

  static Map<String, Object> of(Sample sample) {
    Assignment assignment = sample.getAssignment();
    var json = new LinkedHashMap<String, Object>();
    json.put("requestId", sample.getRequestId());
    json.put("model", sample.getModel());
    json.put("version", sample.getVersion());
    json.put(
        "at",
        Instant.ofEpochSecond(sample.getAt().getSeconds(), sample.getAt().getNanos()).toString());
    json.put("traceId", sample.getTraceId());
    json.put("route", assignment.getRoute());
    json.put("variant", assignment.getVariant());
    json.put("arm", assignment.getArm().name());
    json.put("canaryProbability", assignment.getCanaryProbability());
    json.put("rollout", assignment.getRolloutId());
    json.put("step", assignment.getRolloutStep());
    json.put("unit", assignment.getUnit() == 0 ? "" : Long.toHexString(assignment.getUnit()));
    json.put("sticky", assignment.getSticky());
    json.put("experiment", assignment.getExperiment());
    json.put("experimentArm", assignment.getExperimentArm());
    json.put("workerNanos", sample.getWorkerNanos());
    json.put("predictedClasses", List.copyOf(sample.getPredictedClassesList()));
    json.put("confidences", sample.getConfidencesList().stream().map(SampleJson::finite).toList());
    json.put(
        "predictedValues",
        sample.getPredictedValuesList().stream().map(SampleJson::finite).toList());
    json.put("inputs", sample.getInputsList().stream().map(SampleJson::tensor).toList());
    json.put("outputs", sample.getOutputsList().stream().map(SampleJson::tensor).toList());
    return json;
  }

  private static Map<String, Object> tensor(SampleTensor tensor) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", tensor.getName());
    json.put("datatype", tensor.getDatatype());
    json.put("shape", List.copyOf(tensor.getShapeList()));
    Optional<List<Object>> values = values(tensor);
    if (values.isPresent()) {
      json.put("values", values.get());
    } else {
      json.put("raw", Base64.getEncoder().encodeToString(tensor.getRaw().toByteArray()));
    }
    return json;
  }

  /** Its elements; empty when they cannot be written as numbers or text without loss. */
  private static Optional<List<Object>> values(SampleTensor tensor) {
    ByteBuffer raw = tensor.getRaw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return switch (tensor.getDatatype()) {
      case "BOOL" -> read(raw, 1, in -> in.get() != 0);
      case "INT8" -> read(raw, 1, ByteBuffer::get);
      case "UINT8" -> read(raw, 1, in -> in.get() & 0xff);
      case "INT16" -> read(raw, 2, ByteBuffer::getShort);
      case "UINT16" -> read(raw, 2, in -> in.getShort() & 0xffff);
      case "INT32" -> read(raw, 4, ByteBuffer::getInt);
      case "UINT32" -> read(raw, 4, in -> Integer.toUnsignedLong(in.getInt()));
      case "INT64" -> read(raw, 8, ByteBuffer::getLong);
      case "UINT64" -> read(raw, 8, in -> new BigInteger(Long.toUnsignedString(in.getLong())));
      case "FP32" -> read(raw, 4, in -> finite(in.getFloat()));
      case "FP64" -> read(raw, 8, in -> finite(in.getDouble()));
      case "BYTES" -> texts(raw);
      default -> Optional.empty();
    };
  }

  private static Optional<List<Object>> read(
      ByteBuffer raw, int bytes, Function<ByteBuffer, Object> element) {
    if (raw.remaining() % bytes != 0) {
      return Optional.empty();
    }
    var values = new ArrayList<Object>(raw.remaining() / bytes);
    while (raw.hasRemaining()) {
      values.add(element.apply(raw));
    }
    return Optional.of(values);
  }

  private static Optional<List<Object>> texts(ByteBuffer raw) {
    var texts = new ArrayList<Object>();
    while (raw.remaining() >= Integer.BYTES) {
      int length = raw.getInt();
      if (length < 0 || length > raw.remaining()) {
        return Optional.empty();
      }
      var bytes = new byte[length];
      raw.get(bytes);
      var text = new String(bytes, StandardCharsets.UTF_8);
      if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
        return Optional.empty();
      }
      texts.add(text);
    }
    return raw.hasRemaining() ? Optional.empty() : Optional.of(texts);
  }

  /** JSON has no number for NaN and the infinities: they are text. */
  private static Object finite(Number number) {
    return Double.isFinite(number.doubleValue()) ? number : number.toString();
  }
}
