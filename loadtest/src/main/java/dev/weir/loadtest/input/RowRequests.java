package dev.weir.loadtest.input;

import com.google.protobuf.ByteString;
import dev.weir.loadtest.load.RequestSource;
import dev.weir.proto.inference.ModelInferRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One table row per request, as one FP32 tensor of shape [1, columns]; starts over at the end of
 * the table.
 */
public final class RowRequests implements RequestSource {
  private final RowTable table;
  private final int[] features;
  private final String model;
  private final String input;
  private final String idPrefix;

  /**
   * @param features positions of the columns that go into the tensor, in order
   * @param input name of the tensor
   * @param idPrefix the request's id is this followed by its number
   */
  public RowRequests(RowTable table, int[] features, String model, String input, String idPrefix) {
    this.table = table;
    this.features = features.clone();
    this.model = model;
    this.input = input;
    this.idPrefix = idPrefix;
  }

  /** Row that a request carries. */
  public float[] row(long index) {
    return table.rows().get((int) (index % table.rows().size()));
  }

  /** Id of a request. */
  public String id(long index) {
    return idPrefix + index;
  }

  @Override
  public ModelInferRequest request(long index) {
    float[] row = row(index);
    ByteBuffer raw = ByteBuffer.allocate(4 * features.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int position : features) {
      raw.putFloat(row[position]);
    }
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .setId(id(index))
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName(input)
                .setDatatype("FP32")
                .addShape(1)
                .addShape(features.length))
        .addRawInputContents(ByteString.copyFrom(raw.flip()))
        .build();
  }
}
