package dev.weir.worker.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.weir.worker.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes tiny ONNX models (IR 8, operator set 13), field by field as the ONNX specification numbers
 * them: tests need no library and no binary fixtures.
 */
public final class OnnxFile {
  private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

  private OnnxFile() {
    field(graph, 2, "graph".getBytes(StandardCharsets.UTF_8));
  }

  /** out = in, of any type and shape. */
  public static byte[] identity(TensorType type, List<Long> shape) {
    var file = new OnnxFile();
    file.node("Identity", List.of("in"), "out");
    file.value(11, "in", type, shape);
    file.value(12, "out", type, shape);
    return file.bytes();
  }

  /** sum = a + b and product = a * b, rows of two FP32. */
  public static byte[] sumAndProduct() {
    var file = new OnnxFile();
    file.node("Add", List.of("a", "b"), "sum");
    file.node("Mul", List.of("a", "b"), "product");
    List<Long> shape = List.of(-1L, 2L);
    file.value(11, "a", TensorType.FP32, shape);
    file.value(11, "b", TensorType.FP32, shape);
    file.value(12, "sum", TensorType.FP32, shape);
    file.value(12, "product", TensorType.FP32, shape);
    return file.bytes();
  }

  /**
   * out = a table of {@code rows} rows, looked up by index: an index out of range fails in the
   * model.
   */
  public static byte[] lookup(int rows) {
    var file = new OnnxFile();
    file.node("Gather", List.of("table", "in"), "out");
    var tensor = new ByteArrayOutputStream();
    number(tensor, 1, rows);
    number(tensor, 2, 1);
    field(tensor, 8, utf8("table"));
    var raw = ByteBuffer.allocate(rows * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      raw.putFloat(row * 10);
    }
    field(tensor, 9, raw.array());
    field(file.graph, 5, tensor.toByteArray());
    file.value(11, "in", TensorType.INT64, List.of(-1L));
    file.value(12, "out", TensorType.FP32, List.of(-1L));
    return file.bytes();
  }

  private void node(String operator, List<String> inputs, String output) {
    var node = new ByteArrayOutputStream();
    inputs.forEach(input -> field(node, 1, utf8(input)));
    field(node, 2, utf8(output));
    field(node, 4, utf8(operator));
    field(graph, 1, node.toByteArray());
  }

  private void value(int number, String name, TensorType type, List<Long> shape) {
    var dimensions = new ByteArrayOutputStream();
    for (int i = 0; i < shape.size(); i++) {
      var dimension = new ByteArrayOutputStream();
      if (shape.get(i) < 0) {
        field(dimension, 2, utf8("any" + i));
      } else {
        number(dimension, 1, shape.get(i));
      }
      field(dimensions, 1, dimension.toByteArray());
    }
    var tensor = new ByteArrayOutputStream();
    number(tensor, 1, elementType(type));
    field(tensor, 2, dimensions.toByteArray());
    var valueType = new ByteArrayOutputStream();
    field(valueType, 1, tensor.toByteArray());
    var value = new ByteArrayOutputStream();
    field(value, 1, utf8(name));
    field(value, 2, valueType.toByteArray());
    field(graph, number, value.toByteArray());
  }

  private static int elementType(TensorType type) {
    return switch (type) {
      case FP32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case BYTES -> 8;
      case BOOL -> 9;
      case FP16 -> 10;
      case FP64 -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BF16 -> 16;
    };
  }

  private byte[] bytes() {
    var operators = new ByteArrayOutputStream();
    field(operators, 1, new byte[0]);
    number(operators, 2, 13);
    var model = new ByteArrayOutputStream();
    number(model, 1, 8);
    field(model, 7, graph.toByteArray());
    field(model, 8, operators.toByteArray());
    return model.toByteArray();
  }

  private static byte[] utf8(String text) {
    return ByteString.copyFromUtf8(text).toByteArray();
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] payload) {
    write(out, coded -> coded.writeByteArray(number, payload));
  }

  private static void number(ByteArrayOutputStream out, int number, long value) {
    write(out, coded -> coded.writeInt64(number, value));
  }

  private interface Writing {
    void to(CodedOutputStream out) throws IOException;
  }

  private static void write(ByteArrayOutputStream out, Writing writing) {
    try {
      var coded = CodedOutputStream.newInstance(out);
      writing.to(coded);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }
}
