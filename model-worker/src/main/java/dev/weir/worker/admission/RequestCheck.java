package dev.weir.worker.admission;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferRequest.InferInputTensor;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.Shapes;
import dev.weir.worker.tensor.TensorSignature;
import dev.weir.worker.tensor.TensorType;
import dev.weir.worker.tensor.TypedContents;
import io.grpc.Status;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Compares requests with a version's signature: names, datatypes, shapes, sizes. What passes can be
 * handed to an engine without a second look. Pure; the work is proportional to the number of
 * tensors, and for BYTES and narrow typed elements to their number.
 */
public final class RequestCheck {
  private static final int MAX_PARAMETERS = 64;
  private static final int MAX_ID_CHARACTERS = 1_024;
  private static final String TRITON_PREFIX = "triton_";
  private static final String ALLOWED_TRITON_PARAMETER = "triton_enable_empty_final_response";
  private static final String SHARED_MEMORY_PREFIX = "shared_memory_";
  private static final String CLASSIFICATION = "classification";

  private final VersionKey key;
  private final TensorSignature signature;

  public RequestCheck(VersionKey key, TensorSignature signature) {
    this.key = key;
    this.signature = signature;
  }

  /** Why the request cannot be served; empty when it can. */
  public Optional<Refusal> check(ModelInferRequest request) {
    return request(request).or(() -> inputs(request)).or(() -> outputs(request));
  }

  private Optional<Refusal> request(ModelInferRequest request) {
    if (request.getId().length() > MAX_ID_CHARACTERS) {
      return refuse("id", "id", request.getId(), "at most " + MAX_ID_CHARACTERS + " characters");
    }
    if (request.getParametersCount() > MAX_PARAMETERS) {
      return refuse(
          "parameters", "parameters", request.getParametersCount(), "at most " + MAX_PARAMETERS);
    }
    for (String name : request.getParametersMap().keySet()) {
      if (name.startsWith(TRITON_PREFIX) && !name.equals(ALLOWED_TRITON_PARAMETER)) {
        return refuse("parameters", "parameter", name, "no name that starts with " + TRITON_PREFIX);
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> inputs(ModelInferRequest request) {
    int wanted = signature.inputs().size();
    if (request.getInputsCount() > wanted) {
      for (InferInputTensor input : request.getInputsList()) {
        if (signature.input(input.getName()).isEmpty()) {
          return unknownInput(input.getName());
        }
      }
    }
    var seen = new HashSet<String>();
    int rawCount = request.getRawInputContentsCount();
    if (rawCount > 0 && rawCount != request.getInputsCount()) {
      return refuse(
          "raw_count",
          "raw_input_contents",
          rawCount + " entries",
          "one for each of the " + request.getInputsCount() + " inputs");
    }
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor input = request.getInputs(i);
      Optional<TensorSignature.Tensor> spec = signature.input(input.getName());
      if (spec.isEmpty()) {
        return unknownInput(input.getName());
      }
      if (!seen.add(input.getName())) {
        return refuse("duplicate", "input " + show(input.getName()), "given twice", "once");
      }
      Optional<ByteString> raw =
          rawCount > 0 ? Optional.of(request.getRawInputContents(i)) : Optional.empty();
      Optional<Refusal> refusal = input(input, spec.get(), raw);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    if (seen.size() < wanted) {
      String missing =
          signature.inputs().stream()
              .map(TensorSignature.Tensor::name)
              .filter(name -> !seen.contains(name))
              .collect(Collectors.joining(", "));
      return refuse("missing", "inputs", "missing " + missing, names(signature.inputs()));
    }
    return Optional.empty();
  }

  private Optional<Refusal> input(
      InferInputTensor input, TensorSignature.Tensor spec, Optional<ByteString> raw) {
    String name = "input " + show(input.getName());
    if (!input.getDatatype().equals(spec.type().name())) {
      return refuse("datatype", name, "datatype " + show(input.getDatatype()), spec.type().name());
    }
    if (!Shapes.fits(input.getShapeList(), spec.shape())
        || input.getShapeList().stream().anyMatch(dimension -> dimension < 1)) {
      return refuse(
          "shape",
          name,
          "shape " + Shapes.show(input.getShapeList()),
          Shapes.show(spec.shape()) + (spec.shape().contains(Shapes.ANY) ? ", -1: 1 or more" : ""));
    }
    OptionalLong elements = Shapes.elements(input.getShapeList());
    if (elements.isEmpty()) {
      return refuse(
          "shape", name, "shape " + Shapes.show(input.getShapeList()), "fewer than 2^63 elements");
    }
    Optional<Refusal> parameters = parameters(name, input.getParametersMap());
    if (parameters.isPresent()) {
      return parameters;
    }
    return raw.isPresent()
        ? rawContents(name, input, spec.type(), elements.getAsLong(), raw.get())
        : typedContents(name, input, spec.type(), elements.getAsLong());
  }

  private Optional<Refusal> parameters(String name, Map<String, InferParameter> parameters) {
    for (String parameter : parameters.keySet()) {
      if (parameter.startsWith(SHARED_MEMORY_PREFIX)) {
        return refuse(
            "shared_memory",
            name,
            "parameter " + show(parameter),
            "contents in the message: shared memory does not reach across the mesh");
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> rawContents(
      String name, InferInputTensor input, TensorType type, long elements, ByteString raw) {
    if (TypedContents.countAll(input.getContents()) > 0) {
      return refuse(
          "mixed", name, "contents beside raw_input_contents", "one of the two, for all inputs");
    }
    if (type == TensorType.BYTES) {
      OptionalLong count = RawBytes.count(raw);
      if (count.isEmpty()) {
        return refuse(
            "size",
            name,
            raw.size() + " bytes that are no list of elements",
            "each element after its length in 4 bytes, little-endian");
      }
      return count.getAsLong() == elements
          ? Optional.empty()
          : refuse("size", name, count.getAsLong() + " elements", elements + " for its shape");
    }
    // cannot overflow: elements of a message that fits into memory; else the sizes differ anyway
    boolean fits =
        elements <= Long.MAX_VALUE / type.sizeBytes() && raw.size() == elements * type.sizeBytes();
    return fits
        ? Optional.empty()
        : refuse(
            "size",
            name,
            raw.size() + " bytes",
            elements + " elements of " + type.sizeBytes() + " bytes");
  }

  private Optional<Refusal> typedContents(
      String name, InferInputTensor input, TensorType type, long elements) {
    int count = TypedContents.count(type, input.getContents());
    if (count < 0) {
      return refuse("mixed", name, "contents", "raw_input_contents: " + type + " has no other");
    }
    if (TypedContents.countAll(input.getContents()) != count) {
      return refuse(
          "mixed", name, "contents of another datatype", "contents for " + type + " alone");
    }
    if (count != elements) {
      return refuse("size", name, count + " elements", elements + " for its shape");
    }
    if (!TypedContents.inRange(type, input.getContents())) {
      return refuse("range", name, "an element out of range", "the range of " + type);
    }
    return Optional.empty();
  }

  private Optional<Refusal> outputs(ModelInferRequest request) {
    var seen = new HashSet<String>();
    for (var output : request.getOutputsList()) {
      String name = "output " + show(output.getName());
      if (signature.output(output.getName()).isEmpty()) {
        return refuse("unknown_output", name, "unknown", names(signature.outputs()));
      }
      if (!seen.add(output.getName())) {
        return refuse("duplicate", name, "asked for twice", "once");
      }
      if (output.getParametersMap().containsKey(CLASSIFICATION)) {
        return refuse(
            "classification", name, "parameter classification", "none: the output itself is sent");
      }
      Optional<Refusal> parameters = parameters(name, output.getParametersMap());
      if (parameters.isPresent()) {
        return parameters;
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> unknownInput(String name) {
    return refuse("unknown_input", "input " + show(name), "unknown", names(signature.inputs()));
  }

  private static String names(Iterable<TensorSignature.Tensor> tensors) {
    var names = new StringBuilder();
    for (TensorSignature.Tensor tensor : tensors) {
      names.append(names.isEmpty() ? "" : ", ").append(show(tensor.name()));
    }
    return names.toString();
  }

  private Optional<Refusal> refuse(String reason, String name, Object value, String expected) {
    String message =
        "model '%s' version '%s' %s: %s (expected: %s)"
            .formatted(key.model(), key.version(), name, show(String.valueOf(value)), expected);
    return Optional.of(new Refusal(Status.Code.INVALID_ARGUMENT, reason, message));
  }

  private static String show(String text) {
    return ShownText.of(text);
  }
}
