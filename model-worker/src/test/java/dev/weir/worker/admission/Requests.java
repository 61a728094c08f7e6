package dev.weir.worker.admission;

import dev.weir.proto.registry.v1.Signature;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.TensorSignature;
import dev.weir.worker.tensor.TensorType;
import java.util.List;

/** One signature with a tensor of each kind of size, for admission's tests. */
final class Requests {
  static final VersionKey KEY = new VersionKey("fraud", "3");

  static final TensorSignature SIGNATURE =
      TensorSignature.of(
          Signature.newBuilder()
              .addInputs(Versions.spec("features", TensorType.FP32, List.of(-1L, 2L)))
              .addInputs(Versions.spec("small", TensorType.INT8, List.of(2L)))
              .addInputs(Versions.spec("text", TensorType.BYTES, List.of(-1L)))
              .addOutputs(Versions.spec("label", TensorType.INT64, List.of(-1L)))
              .addOutputs(Versions.spec("score", TensorType.FP32, List.of(-1L, 2L)))
              .build());

  private Requests() {}
}
