package dev.weir.worker.tensor;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * One tensor with its elements in raw form, whatever form they came in.
 *
 * @param shape dimensions, none negative
 * @param raw elements, little-endian, row-major
 */
public record RawTensor(String name, TensorType type, List<Long> shape, ByteString raw) {
  public RawTensor {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long elements() {
    return Shapes.elements(shape)
        .orElseThrow(() -> new IllegalStateException("shape of tensor " + name + ": " + shape));
  }

  /** Inputs of a request that admission found in order. */
  public static List<RawTensor> inputsOf(ModelInferRequest request) {
    boolean raw = request.getRawInputContentsCount() > 0;
    var tensors = new ArrayList<RawTensor>(request.getInputsCount());
    for (int i = 0; i < request.getInputsCount(); i++) {
      var input = request.getInputs(i);
      TensorType type = typeOf(input.getDatatype());
      ByteString bytes =
          raw ? request.getRawInputContents(i) : TypedContents.toRaw(type, input.getContents());
      tensors.add(new RawTensor(input.getName(), type, input.getShapeList(), bytes));
    }
    return tensors;
  }

  /** Outputs of an engine's answer. */
  public static List<RawTensor> outputsOf(ModelInferResponse response) {
    boolean raw = response.getRawOutputContentsCount() > 0;
    var tensors = new ArrayList<RawTensor>(response.getOutputsCount());
    for (int i = 0; i < response.getOutputsCount(); i++) {
      var output = response.getOutputs(i);
      TensorType type = typeOf(output.getDatatype());
      ByteString bytes =
          raw ? response.getRawOutputContents(i) : TypedContents.toRaw(type, output.getContents());
      tensors.add(new RawTensor(output.getName(), type, output.getShapeList(), bytes));
    }
    return tensors;
  }

  private static TensorType typeOf(String name) {
    return TensorType.named(name)
        .orElseThrow(() -> new IllegalArgumentException("unknown datatype " + name));
  }
}
