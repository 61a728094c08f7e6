package dev.weir.worker.engine.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.tensor.Shapes;
import dev.weir.worker.tensor.TensorSignature;
import dev.weir.worker.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Compares a graph with the signature that its version was pushed with, before any request does.
 */
final class OnnxSignatureCheck {
  private OnnxSignatureCheck() {}

  static void check(
      TensorSignature signature, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs)
      throws EngineFailure {
    for (String name : inputs.keySet()) {
      if (signature.input(name).isEmpty()) {
        throw refused("input " + name, "missing in the signature", "every input of the graph");
      }
    }
    for (TensorSignature.Tensor input : signature.inputs()) {
      compare("input", input, inputs);
      if (OnnxTypes.javaType(input.type()).isEmpty()) {
        throw refused(
            "input " + input.name(),
            "datatype " + input.type(),
            "a type that ONNX Runtime takes from Java: not UINT16, UINT32 or UINT64; use Triton");
      }
    }
    for (TensorSignature.Tensor output : signature.outputs()) {
      compare("output", output, outputs);
    }
  }

  private static void compare(
      String what, TensorSignature.Tensor wanted, Map<String, NodeInfo> nodes)
      throws EngineFailure {
    String name = what + " " + wanted.name();
    NodeInfo node = nodes.get(wanted.name());
    if (node == null) {
      throw refused(name, "missing in the graph", "one of " + nodes.keySet());
    }
    if (!(node.getInfo() instanceof TensorInfo info)) {
      throw refused(name, node.getInfo().getClass().getSimpleName(), "a tensor");
    }
    TensorType type =
        OnnxTypes.of(info)
            .orElseThrow(() -> refused(name, "type " + info.onnxType, "a type of the protocol"));
    if (type != wanted.type()) {
      throw refused(name, "datatype " + type + " in the graph", wanted.type() + " as signed");
    }
    List<Long> shape = LongStream.of(info.getShape()).boxed().toList();
    if (!compatible(shape, wanted.shape())) {
      throw refused(
          name,
          "shape " + Shapes.show(shape) + " in the graph",
          Shapes.show(wanted.shape()) + " as signed");
    }
  }

  /**
   * Free dimensions on either side fit everything: a signature may be narrower than its graph, and
   * graphs are often vague.
   */
  private static boolean compatible(List<Long> graph, List<Long> signed) {
    if (graph.size() != signed.size()) {
      return graph.isEmpty();
    }
    for (int i = 0; i < graph.size(); i++) {
      if (graph.get(i) >= 0 && signed.get(i) >= 0 && !graph.get(i).equals(signed.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static EngineFailure refused(String name, String value, String expected) {
    return new EngineFailure(
        EngineFailure.Kind.LOAD_REFUSED, name + ": " + value + " (expected: " + expected + ")");
  }
}
