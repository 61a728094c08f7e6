package dev.weir.router.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.weir.proto.inference.InferParameter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One entry of a request's parameter map. */
final class ParameterEntry {
  private static final int KEY_TAG = 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int VALUE_TAG = 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private ParameterEntry() {}

  /**
   * The entry's value when its key is {@code name}; null for another key, no value, or bytes that
   * are no entry (which the worker then refuses).
   */
  static @Nullable KeyValue valueIfNamed(String name, byte[] bytes, int from, int length) {
    String key = "";
    InferParameter value = InferParameter.getDefaultInstance();
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (tag) {
          case KEY_TAG -> key = in.readStringRequireUtf8();
          case VALUE_TAG ->
              value = value.toBuilder().mergeFrom(InferParameter.parseFrom(in.readBytes())).build();
          default -> {
            if (!in.skipField(tag)) {
              return null;
            }
          }
        }
      }
    } catch (IOException notAnEntry) {
      return null;
    }
    return key.equals(name) ? convert(value) : null;
  }

  private static @Nullable KeyValue convert(InferParameter parameter) {
    return switch (parameter.getParameterChoiceCase()) {
      case BOOL_PARAM -> new KeyValue.Flag(parameter.getBoolParam());
      case INT64_PARAM -> new KeyValue.Whole(parameter.getInt64Param());
      case UINT64_PARAM -> new KeyValue.Whole(parameter.getUint64Param());
      case STRING_PARAM -> new KeyValue.Text(parameter.getStringParam());
      case DOUBLE_PARAM -> new KeyValue.Real(parameter.getDoubleParam());
      case PARAMETERCHOICE_NOT_SET -> null;
    };
  }
}
