package dev.weir.registry.model;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a signature must look like, and when two versions take and give the same. */
public final class SignatureChecks {
  private static final int MAX_TENSORS = 256;
  private static final int MAX_DIMENSIONS = 32;
  private static final int MAX_NAME_BYTES = 255;
  private static final Set<String> INTEGERS =
      Set.of("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL");
  private static final Set<String> FLOATS = Set.of("FP32", "FP64");
  private static final Set<String> NUMBERS =
      Set.of(
          "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "BF16",
          "FP32", "FP64");
  private static final Set<String> DATATYPES =
      Set.of(
          "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
          "BF16", "FP32", "FP64", "BYTES");

  private SignatureChecks() {}

  /**
   * @throws InvalidValueException naming the field under {@code path}
   */
  static void check(String path, Signature signature) {
    tensors(path + ".inputs", signature.getInputsList());
    Map<String, TensorSpec> outputs = tensors(path + ".outputs", signature.getOutputsList());
    outputOf(path + ".class_output", signature.getClassOutput(), outputs)
        .filter(o -> !INTEGERS.contains(o.getDatatype()) && !o.getDatatype().equals("BYTES"))
        .ifPresent(o -> {
          throw new InvalidValueException(
              path + ".class_output",
              o.getName() + " of " + o.getDatatype(),
              "an output with an integer datatype or BYTES");
        });
    outputOf(path + ".probability_output", signature.getProbabilityOutput(), outputs)
        .filter(o -> !FLOATS.contains(o.getDatatype()))
        .ifPresent(o -> {
          throw new InvalidValueException(
              path + ".probability_output",
              o.getName() + " of " + o.getDatatype(),
              "an output of FP32 or FP64");
        });
    valueOutput(path + ".value_output", signature, outputs);
  }

  private static void valueOutput(
      String field, Signature signature, Map<String, TensorSpec> outputs) {
    outputOf(field, signature.getValueOutput(), outputs)
        .ifPresent(output -> {
          String name = output.getName();
          if (!NUMBERS.contains(output.getDatatype())) {
            throw new InvalidValueException(
                field, name + " of " + output.getDatatype(), "an output with a numeric datatype");
          }
          if (output.getShapeList().stream().skip(1).anyMatch(dimension -> dimension > 1)) {
            throw new InvalidValueException(
                field, name + " of shape " + output.getShapeList(), "one element per row");
          }
        });
  }

  private static Optional<TensorSpec> outputOf(
      String field, String name, Map<String, TensorSpec> outputs) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    TensorSpec output = outputs.get(name);
    if (output == null) {
      throw new InvalidValueException(field, name, "the name of an output, or empty");
    }
    return Optional.of(output);
  }

  private static Map<String, TensorSpec> tensors(String path, List<TensorSpec> tensors) {
    Check.inRange(path + " count", tensors.size(), 1, MAX_TENSORS);
    var byName = new HashMap<String, TensorSpec>();
    for (int i = 0; i < tensors.size(); i++) {
      TensorSpec tensor = tensors.get(i);
      String at = path + "[" + i + "]";
      int nameBytes = tensor.getName().getBytes(StandardCharsets.UTF_8).length;
      if (nameBytes < 1 || nameBytes > MAX_NAME_BYTES) {
        throw new InvalidValueException(
            at + ".name", "\"" + tensor.getName() + "\"", "1 to 255 bytes");
      }
      if (byName.put(tensor.getName(), tensor) != null) {
        throw new InvalidValueException(at + ".name", tensor.getName(), "a name used once");
      }
      if (!DATATYPES.contains(tensor.getDatatype())) {
        throw new InvalidValueException(
            at + ".datatype",
            "\"" + tensor.getDatatype() + "\"",
            "one of " + String.join(" ", DATATYPES.stream().sorted().toList()));
      }
      Check.inRange(at + ".shape dimensions", tensor.getShapeCount(), 0, MAX_DIMENSIONS);
      for (long dimension : tensor.getShapeList()) {
        if (dimension != -1 && dimension < 1) {
          throw new InvalidValueException(
              at + ".shape", tensor.getShapeList(), "dimensions of -1 or at least 1");
        }
      }
    }
    return byName;
  }

  /**
   * Why clients of one version could not use the other in its place; empty when they can. Inputs
   * and outputs must have the same names, datatypes and shapes, in any order.
   */
  public static Optional<String> difference(Signature one, Signature other) {
    return difference("input", one.getInputsList(), other.getInputsList())
        .or(() -> difference("output", one.getOutputsList(), other.getOutputsList()));
  }

  private static Optional<String> difference(
      String what, List<TensorSpec> one, List<TensorSpec> other) {
    var missing = new HashSet<>(one);
    other.forEach(missing::remove);
    var added = new HashSet<>(other);
    one.forEach(added::remove);
    if (missing.isEmpty() && added.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(what + "s differ: " + show(missing) + " against " + show(added));
  }

  private static String show(Set<TensorSpec> tensors) {
    return tensors.isEmpty()
        ? "none"
        : String.join(
            ", ",
            tensors.stream()
                .map(t -> t.getName() + " " + t.getDatatype() + t.getShapeList())
                .sorted()
                .toList());
  }
}
