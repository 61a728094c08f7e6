package dev.weir.worker.placement;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.Shapes;
import dev.weir.worker.tensor.TensorSignature;
import java.util.Collections;

/**
 * Requests of zeros, before the first real one: they show that a version answers as signed, and pay
 * for lazy initialisation.
 */
final class WarmUp {
  private WarmUp() {}

  /** The smallest request that a signature allows: one row of zeros, or of empty texts. */
  static ModelInferRequest request(TensorSignature signature) {
    var request = ModelInferRequest.newBuilder().setId("warm-up");
    for (TensorSignature.Tensor input : signature.inputs()) {
      var shape = Shapes.smallest(input.shape());
      int elements = Math.toIntExact(Shapes.elements(shape).orElseThrow());
      request.addInputs(
          ModelInferRequest.InferInputTensor.newBuilder()
              .setName(input.name())
              .setDatatype(input.type().name())
              .addAllShape(shape));
      request.addRawInputContents(
          input.type().hasFixedSize()
              ? ByteString.copyFrom(
                  new byte[Math.multiplyExact(elements, input.type().sizeBytes())])
              : RawBytes.of(Collections.nCopies(elements, ByteString.EMPTY)));
    }
    return request.build();
  }

  /** Asks the version {@code runs} times; fails when it does not answer as signed. */
  static void run(LoadedVersion version, TensorSignature signature, int runs) throws EngineFailure {
    ModelInferRequest request = request(signature);
    for (int i = 0; i < runs; i++) {
      check(version.infer(request).response(), signature);
    }
  }

  private static void check(ModelInferResponse response, TensorSignature signature)
      throws EngineFailure {
    if (response.getOutputsCount() != signature.outputs().size()) {
      throw mismatch("outputs", response.getOutputsCount(), signature.outputs().size());
    }
    for (ModelInferResponse.InferOutputTensor output : response.getOutputsList()) {
      TensorSignature.Tensor signed =
          signature
              .output(output.getName())
              .orElseThrow(() -> mismatch("output", output.getName(), "one of the signature's"));
      if (!signed.type().name().equals(output.getDatatype())) {
        throw mismatch(
            "output " + signed.name() + " datatype", output.getDatatype(), signed.type());
      }
      if (!Shapes.fits(output.getShapeList(), signed.shape())) {
        throw mismatch(
            "output " + signed.name() + " shape",
            Shapes.show(output.getShapeList()),
            Shapes.show(signed.shape()));
      }
    }
  }

  private static EngineFailure mismatch(String name, Object found, Object expected) {
    return new EngineFailure(
        EngineFailure.Kind.LOAD_REFUSED,
        "%s: %s (expected: %s, as signed)".formatted(name, found, expected));
  }
}
