package dev.weir.worker.sampling;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorSignature;
import java.util.List;
import java.util.Optional;

/** Turns predictions into samples. Pure. */
final class SampleMaker {
  /** As the contract says: a version with more classes is sampled without its probabilities. */
  private static final int MAX_PROBABILITIES = 64;

  private final int maxTensorBytes;
  private final int maxRows;

  SampleMaker(int maxTensorBytes, int maxRows) {
    this.maxTensorBytes = maxTensorBytes;
    this.maxRows = maxRows;
  }

  Sample make(Prediction prediction) {
    List<RawTensor> outputs = RawTensor.outputsOf(prediction.response());
    TensorSignature signature = prediction.signature();
    var sample =
        Sample.newBuilder()
            .setRequestId(prediction.requestId())
            .setModel(prediction.version().model())
            .setVersion(prediction.version().version())
            .setTraceId(prediction.traceId())
            .setWorkerNanos(prediction.workerNanos())
            .addAllOutputs(SampleTensors.copies(outputs, maxTensorBytes));
    sample
        .getAtBuilder()
        .setSeconds(prediction.at().getEpochSecond())
        .setNanos(prediction.at().getNano());
    prediction.assignment().ifPresent(sample::setAssignment);
    sample.addAllInputs(
        SampleTensors.copies(RawTensor.inputsOf(prediction.request()), maxTensorBytes));
    find(outputs, signature.classOutput())
        .ifPresent(tensor -> sample.addAllPredictedClasses(SampleTensors.classes(tensor, maxRows)));
    find(outputs, signature.probabilityOutput())
        .ifPresent(tensor -> {
          sample.addAllConfidences(SampleTensors.confidences(tensor, maxRows));
          sample.addAllProbabilities(SampleTensors.firstRow(tensor, MAX_PROBABILITIES));
        });
    find(outputs, signature.valueOutput())
        .ifPresent(tensor -> sample.addAllPredictedValues(SampleTensors.values(tensor, maxRows)));
    return sample.build();
  }

  private static Optional<RawTensor> find(
      List<RawTensor> outputs, Optional<TensorSignature.Tensor> wanted) {
    return wanted.flatMap(tensor ->
        outputs.stream().filter(output -> output.name().equals(tensor.name())).findFirst());
  }
}
