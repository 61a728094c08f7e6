package dev.weir.worker.tensor;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a version takes and gives, checked and ready to compare requests with. */
public final class TensorSignature {
  private static final int MAX_TENSORS = 256;
  private static final int MAX_DIMENSIONS = 8;

  private final List<Tensor> inputs;
  private final List<Tensor> outputs;
  private final Map<String, Tensor> inputsByName;
  private final Map<String, Tensor> outputsByName;
  private final Optional<Tensor> classOutput;
  private final Optional<Tensor> probabilityOutput;
  private final Optional<Tensor> valueOutput;

  /**
   * One tensor as the signature has it.
   *
   * @param shape dimensions; -1 is any size
   */
  public record Tensor(String name, TensorType type, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  private TensorSignature(Signature signature) {
    inputs = tensors("input", signature.getInputsList());
    outputs = tensors("output", signature.getOutputsList());
    inputsByName = byName(inputs);
    outputsByName = byName(outputs);
    classOutput = named("class_output", signature.getClassOutput());
    probabilityOutput = named("probability_output", signature.getProbabilityOutput());
    valueOutput = named("value_output", signature.getValueOutput());
  }

  /**
   * Reads a signature.
   *
   * @throws InvalidValueException for one that cannot be served
   */
  public static TensorSignature of(Signature signature) {
    return new TensorSignature(signature);
  }

  private static List<Tensor> tensors(String what, List<TensorSpec> specs) {
    if (specs.isEmpty() || specs.size() > MAX_TENSORS) {
      throw new InvalidValueException(
          "signature's number of " + what + "s", specs.size(), "1 to " + MAX_TENSORS);
    }
    var names = new HashSet<String>();
    for (TensorSpec spec : specs) {
      if (spec.getName().isEmpty() || spec.getName().length() > 255) {
        throw new InvalidValueException(what + " name", spec.getName(), "1 to 255 characters");
      }
      if (!names.add(spec.getName())) {
        throw new InvalidValueException(what + " name", spec.getName(), "names that differ");
      }
    }
    return specs.stream().map(spec -> tensor(what, spec)).toList();
  }

  private static Tensor tensor(String what, TensorSpec spec) {
    String name = what + " " + spec.getName();
    TensorType type =
        TensorType.named(spec.getDatatype())
            .orElseThrow(() ->
                new InvalidValueException(
                    name + " datatype",
                    spec.getDatatype(),
                    List.of(TensorType.values()).toString()));
    List<Long> shape = spec.getShapeList();
    if (shape.size() > MAX_DIMENSIONS) {
      throw new InvalidValueException(
          name + " shape", Shapes.show(shape), "at most " + MAX_DIMENSIONS + " dimensions");
    }
    if (shape.stream().anyMatch(d -> d != Shapes.ANY && d < 1)) {
      throw new InvalidValueException(
          name + " shape", Shapes.show(shape), "dimensions of at least 1, or -1 for any size");
    }
    return new Tensor(spec.getName(), type, shape);
  }

  private static Map<String, Tensor> byName(List<Tensor> tensors) {
    return tensors.stream()
        .collect(Collectors.toUnmodifiableMap(Tensor::name, Function.identity()));
  }

  private Optional<Tensor> named(String what, String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Tensor tensor = outputsByName.get(name);
    if (tensor == null) {
      throw new InvalidValueException(
          "signature's " + what, name, "one of its outputs " + outputsByName.keySet());
    }
    return Optional.of(tensor);
  }

  /** Inputs, in the signature's order. */
  public List<Tensor> inputs() {
    return inputs;
  }

  /** Outputs, in the signature's order. */
  public List<Tensor> outputs() {
    return outputs;
  }

  /** The input of this name. */
  public Optional<Tensor> input(String name) {
    return Optional.ofNullable(inputsByName.get(name));
  }

  /** The output of this name. */
  public Optional<Tensor> output(String name) {
    return Optional.ofNullable(outputsByName.get(name));
  }

  /** Output that holds the predicted class. */
  public Optional<Tensor> classOutput() {
    return classOutput;
  }

  /** Output that holds class probabilities. */
  public Optional<Tensor> probabilityOutput() {
    return probabilityOutput;
  }

  /** Output that holds the predicted number. */
  public Optional<Tensor> valueOutput() {
    return valueOutput;
  }

  /** Whether the outermost dimension of every tensor is of any size: a batch of rows. */
  public boolean isBatched() {
    return inputs.stream().allMatch(TensorSignature::hasRows)
        && outputs.stream().allMatch(TensorSignature::hasRows);
  }

  private static boolean hasRows(Tensor tensor) {
    return !tensor.shape().isEmpty() && tensor.shape().getFirst() == Shapes.ANY;
  }
}
