package dev.weir.router.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutputDifference;
import org.junit.jupiter.api.Test;

final class AnswerComparisonTest {
  private static ModelInferResponse.Builder floats(String name, long[] shape, double... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (double value : values) {
      contents.addFp64Contents(value);
    }
    return output(ModelInferResponse.newBuilder(), name, "FP64", shape, contents);
  }

  private static ModelInferResponse.Builder output(
      ModelInferResponse.Builder answer,
      String name,
      String datatype,
      long[] shape,
      InferTensorContents.Builder contents) {
    ModelInferResponse.InferOutputTensor.Builder output =
        answer.addOutputsBuilder().setName(name).setDatatype(datatype).setContents(contents);
    for (long dimension : shape) {
      output.addShape(dimension);
    }
    return answer;
  }

  private static MirrorPair compare(
      ModelInferResponse.Builder primary, ModelInferResponse.Builder shadow) {
    MirrorPair.Builder pair = MirrorPair.newBuilder();
    AnswerComparison.into(pair, primary.build(), shadow.build());
    return pair.build();
  }

  private static long[] shape(long... dimensions) {
    return dimensions;
  }

  @Test
  void the_same_answer_twice() {
    ModelInferResponse.Builder answer = floats("p", shape(2, 2), 0.1, 0.9, Double.NaN, 0.0);

    OutputDifference same = compare(answer, answer).getOutputs(0);

    assertThat(same.getRows()).isEqualTo(2);
    assertThat(same.getRowsAgreeing()).isEqualTo(2);
    assertThat(same.getMaxAbsoluteDifference()).isZero();
    assertThat(same.getMaxRelativeDifference()).isZero();
  }

  @Test
  void a_row_of_numbers_is_labelled_by_the_place_of_the_largest() {
    OutputDifference difference =
        compare(
                floats("p", shape(3, 2), 0.9, 0.1, 0.4, 0.6, 0.5, 0.5),
                floats("p", shape(3, 2), 0.6, 0.4, 0.6, 0.4, 0.5, 0.5))
            .getOutputs(0);

    assertThat(difference.getRows()).isEqualTo(3);
    assertThat(difference.getRowsAgreeing()).isEqualTo(2);
    assertThat(difference.getMaxAbsoluteDifference()).isCloseTo(0.3, within(1e-12));
    assertThat(difference.getMaxRelativeDifference()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void opposite_numbers_differ_by_twice_themselves_at_most() {
    OutputDifference difference =
        compare(floats("p", shape(2), 1, 0), floats("p", shape(2), -1, 0)).getOutputs(0);

    assertThat(difference.getMaxAbsoluteDifference()).isEqualTo(2);
    assertThat(difference.getMaxRelativeDifference()).isEqualTo(2);
  }

  @Test
  void a_number_that_one_of_them_does_not_have_is_infinitely_far() {
    OutputDifference difference =
        compare(floats("p", shape(2), 1, 2), floats("p", shape(2), 1, Double.NaN)).getOutputs(0);

    assertThat(difference.getMaxAbsoluteDifference()).isInfinite();
    assertThat(difference.getMaxRelativeDifference()).isEqualTo(2);
  }

  @Test
  void whole_numbers_and_texts_are_their_own_labels() {
    ModelInferResponse.Builder primary = ModelInferResponse.newBuilder();
    output(
        primary,
        "class",
        "INT64",
        shape(2),
        InferTensorContents.newBuilder().addInt64Contents(1).addInt64Contents(2));
    output(
        primary,
        "name",
        "BYTES",
        shape(1, 1),
        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("cat")));
    ModelInferResponse.Builder shadow = ModelInferResponse.newBuilder();
    output(
        shadow,
        "name",
        "BYTES",
        shape(1, 1),
        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("dog")));
    output(
        shadow,
        "class",
        "INT64",
        shape(2),
        InferTensorContents.newBuilder().addInt64Contents(1).addInt64Contents(5));

    MirrorPair pair = compare(primary, shadow);

    assertThat(pair.getCompared()).isTrue();
    assertThat(pair.getOutputs(0).getRowsAgreeing()).isEqualTo(1);
    assertThat(pair.getOutputs(0).getMaxAbsoluteDifference()).isEqualTo(3);
    assertThat(pair.getOutputs(1).getRows()).isEqualTo(1);
    assertThat(pair.getOutputs(1).getRowsAgreeing()).isZero();
  }

  @Test
  void outputs_that_cannot_be_compared_are_named() {
    ModelInferResponse.Builder primary = floats("shape", shape(2), 1, 2);
    output(primary, "gone", "FP64", shape(1), InferTensorContents.newBuilder().addFp64Contents(1));
    ModelInferResponse.Builder shadow = floats("shape", shape(2, 1), 1, 2);
    output(shadow, "new", "FP64", shape(1), InferTensorContents.newBuilder().addFp64Contents(1));

    MirrorPair pair = compare(primary, shadow);

    assertThat(pair.getOutputsCount()).isZero();
    assertThat(pair.getUnlikeOutputsList()).containsExactly("shape", "gone", "new");
  }
}
