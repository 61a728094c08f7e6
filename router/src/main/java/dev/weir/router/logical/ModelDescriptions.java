package dev.weir.router.logical;

import dev.weir.proto.inference.DataType;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelInput;
import dev.weir.proto.inference.ModelMetadataResponse;
import dev.weir.proto.inference.ModelOutput;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.TensorSpec;

/** Models in the inference protocol's words, from what the registry knows of them. */
final class ModelDescriptions {
  private static final String ONNX = "onnx";

  private ModelDescriptions() {}

  static ModelMetadataResponse metadata(LogicalVersion.Known known) {
    ModelMetadataResponse.Builder metadata =
        ModelMetadataResponse.newBuilder().setName(known.route().name());
    known.route().byVersion().keySet().stream()
        .sorted()
        .forEach(number -> metadata.addVersions(String.valueOf(number)));
    ModelVersion version = known.table().version(known.variant().served());
    if (version != null) {
      metadata.setPlatform(platform(version));
      for (TensorSpec input : version.getSignature().getInputsList()) {
        metadata.addInputs(tensor(input));
      }
      for (TensorSpec output : version.getSignature().getOutputsList()) {
        metadata.addOutputs(tensor(output));
      }
    }
    return metadata.build();
  }

  private static ModelMetadataResponse.TensorMetadata tensor(TensorSpec spec) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(spec.getName())
        .setDatatype(spec.getDatatype())
        .addAllShape(spec.getShapeList())
        .build();
  }

  static ModelConfig config(LogicalVersion.Known known) {
    ModelConfig.Builder config = ModelConfig.newBuilder().setName(known.route().name());
    ModelVersion version = known.table().version(known.variant().served());
    if (version != null) {
      config.setPlatform(platform(version)).setBackend(backend(version));
      for (TensorSpec input : version.getSignature().getInputsList()) {
        config.addInput(
            ModelInput.newBuilder()
                .setName(input.getName())
                .setDataType(dataType(input.getDatatype()))
                .addAllDims(input.getShapeList()));
      }
      for (TensorSpec output : version.getSignature().getOutputsList()) {
        config.addOutput(
            ModelOutput.newBuilder()
                .setName(output.getName())
                .setDataType(dataType(output.getDatatype()))
                .addAllDims(output.getShapeList()));
      }
    }
    return config.build();
  }

  private static String platform(ModelVersion version) {
    String format = version.getArtifact().getFormat();
    return format.equals(ONNX) ? "onnxruntime_onnx" : format;
  }

  private static String backend(ModelVersion version) {
    String format = version.getArtifact().getFormat();
    return format.equals(ONNX) ? "onnxruntime" : format;
  }

  private static DataType dataType(String word) {
    return switch (word) {
      case "BOOL" -> DataType.TYPE_BOOL;
      case "UINT8" -> DataType.TYPE_UINT8;
      case "UINT16" -> DataType.TYPE_UINT16;
      case "UINT32" -> DataType.TYPE_UINT32;
      case "UINT64" -> DataType.TYPE_UINT64;
      case "INT8" -> DataType.TYPE_INT8;
      case "INT16" -> DataType.TYPE_INT16;
      case "INT32" -> DataType.TYPE_INT32;
      case "INT64" -> DataType.TYPE_INT64;
      case "FP16" -> DataType.TYPE_FP16;
      case "FP32" -> DataType.TYPE_FP32;
      case "FP64" -> DataType.TYPE_FP64;
      case "BYTES" -> DataType.TYPE_STRING;
      case "BF16" -> DataType.TYPE_BF16;
      default -> DataType.TYPE_INVALID;
    };
  }
}
