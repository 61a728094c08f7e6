package dev.weir.router.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the router reads of a {@code ModelStreamInferResponse}: whose answer it is, and whether it
 * is an error. Bytes that are no such message are passed on all the same and read as nothing: some
 * servers send another message on this method.
 *
 * @param id id of the request; empty: none
 * @param isError it says that its request failed
 * @param hasResponse it holds an {@code infer_response}
 */
public record StreamResponsePeek(String id, boolean isError, boolean hasResponse) {
  private static final StreamResponsePeek NOTHING = new StreamResponsePeek("", false, false);

  /** Reads a message. */
  public static StreamResponsePeek of(byte[] message) {
    return of(CodedInputStream.newInstance(message));
  }

  /** Reads a message that lies in several places; their positions are not to be relied on. */
  public static StreamResponsePeek of(List<ByteBuffer> message) {
    return switch (message.size()) {
      case 0 -> NOTHING;
      case 1 -> of(CodedInputStream.newInstance(message.getFirst()));
      default -> of(CodedInputStream.newInstance(message));
    };
  }

  private static StreamResponsePeek of(CodedInputStream in) {
    String id = "";
    boolean isError = false;
    boolean hasResponse = false;
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        int field = WireFormat.getTagFieldNumber(tag);
        if (delimited && field == ModelStreamInferResponse.ERROR_MESSAGE_FIELD_NUMBER) {
          int length = in.readRawVarint32();
          isError = length > 0;
          in.skipRawBytes(length);
        } else if (delimited && field == ModelStreamInferResponse.INFER_RESPONSE_FIELD_NUMBER) {
          int end = in.pushLimit(in.readRawVarint32());
          id = idIn(in, id);
          in.popLimit(end);
          hasResponse = true;
        } else if (!in.skipField(tag)) {
          return NOTHING;
        }
      }
    } catch (IOException otherMessage) {
      return NOTHING;
    }
    return new StreamResponsePeek(id, isError, hasResponse);
  }

  private static String idIn(CodedInputStream in, String before) throws IOException {
    String id = before;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean isId =
          WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
              && WireFormat.getTagFieldNumber(tag) == ModelInferResponse.ID_FIELD_NUMBER;
      if (isId) {
        id = in.readString();
      } else if (!in.skipField(tag)) {
        return id;
      }
    }
    return id;
  }
}
