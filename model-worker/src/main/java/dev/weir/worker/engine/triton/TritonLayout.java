package dev.weir.worker.engine.triton;

import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.worker.tensor.TensorSignature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a signature's tensors look in Triton's configuration. Triton wants at least one dimension
 * besides the batch: a vector of rows, {@code [-1]}, is configured as {@code [-1,1]} with a
 * reshape. Clients see the signature, so that dimension is added to inputs and taken off outputs
 * here. Immutable.
 */
final class TritonLayout {
  private final boolean batched;
  private final TensorSignature signature;
  private final Set<String> paddedInputs = new HashSet<>();
  private final Set<String> paddedOutputs = new HashSet<>();

  TritonLayout(TensorSignature signature, boolean batchingWanted) {
    this.signature = signature;
    this.batched = batchingWanted && signature.isBatched();
    pad(signature.inputs(), paddedInputs);
    pad(signature.outputs(), paddedOutputs);
  }

  private void pad(List<TensorSignature.Tensor> tensors, Set<String> padded) {
    for (TensorSignature.Tensor tensor : tensors) {
      if (innerShape(tensor).isEmpty()) {
        padded.add(tensor.name());
      }
    }
  }

  /** Whether Triton makes batches of the outermost dimension. */
  boolean isBatched() {
    return batched;
  }

  List<TensorSignature.Tensor> inputs() {
    return signature.inputs();
  }

  List<TensorSignature.Tensor> outputs() {
    return signature.outputs();
  }

  /** The dimensions besides the batch. */
  List<Long> innerShape(TensorSignature.Tensor tensor) {
    return batched ? tensor.shape().subList(1, tensor.shape().size()) : tensor.shape();
  }

  /** A client's request as Triton takes it. */
  void toTriton(ModelInferRequest.Builder request) {
    for (ModelInferRequest.InferInputTensor.Builder input : request.getInputsBuilderList()) {
      if (paddedInputs.contains(input.getName())) {
        input.addShape(1);
      }
    }
  }

  /** Triton's answer as the signature has it. */
  void fromTriton(ModelInferResponse.Builder response) {
    for (ModelInferResponse.InferOutputTensor.Builder output : response.getOutputsBuilderList()) {
      if (paddedOutputs.contains(output.getName()) && output.getShapeCount() > 0) {
        var shape = new ArrayList<>(output.getShapeList());
        shape.removeLast();
        output.clearShape().addAllShape(shape);
      }
    }
  }
}
