package dev.weir.router.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what routing needs from the bytes of a {@code ModelInferRequest}: model name, version, id,
 * and the request parameters. Tensors are stepped over, not parsed: whether they are well-formed is
 * the worker's business. Fields may come in any order and bytes in any pieces; of a field that
 * comes twice the last one counts, as protobuf says.
 *
 * <p>Everything kept is bounded: a longer name or version, or more than {@value #MAX_FIELDS}
 * top-level fields, is refused; a longer id counts as none; parameters beyond {@value
 * #MAX_PARAMETER_BYTES} bytes each or {@value #MAX_PARAMETERS_BYTES} bytes in all are passed on but
 * cannot be routed by.
 *
 * <p>One request per instance; not thread-safe.
 */
public final class RequestPeek {
  /** Longest model name, bytes. */
  public static final int MAX_MODEL_NAME_BYTES = 1024;

  /** Longest version, bytes. */
  public static final int MAX_VERSION_BYTES = 64;

  /** Longest id that is read, bytes. */
  public static final int MAX_ID_BYTES = 256;

  /** Longest parameter that is read, bytes. */
  public static final int MAX_PARAMETER_BYTES = 4096;

  /** Parameters that are read, bytes in all. */
  public static final int MAX_PARAMETERS_BYTES = 16_384;

  /** Most top-level fields. */
  public static final int MAX_FIELDS = 65_536;

  private static final int MODEL_NAME = 1;
  private static final int VERSION = 2;
  private static final int ID = 3;
  private static final int PARAMETERS = 4;
  private static final byte[] NONE = {};

  private enum Expecting {
    TAG,
    LENGTH,
    NUMBER,
    SKIPPED_BYTES,
    KEPT_BYTES
  }

  private Expecting expecting = Expecting.TAG;
  private long varint;
  private int varintShift;
  private int field;
  private int fields;
  private int remaining;
  private byte[] kept = NONE;
  private int keptLength;
  private String model = "";
  private String version = "";
  private String id = "";
  private byte[] parameters = NONE;
  private int parametersLength;
  private boolean pastLeading;
  private boolean decided;
  private long position;
  private long fieldFrom;
  private int ids;
  private long idFrom;
  private long idTo;

  /** Reads a whole request. */
  public static RequestPeek of(byte[] message) throws MalformedRequestException {
    var peek = new RequestPeek();
    peek.feed(message, 0, message.length);
    peek.finish();
    return peek;
  }

  /** Takes the next bytes, {@code from} inclusive to {@code to} exclusive. */
  public void feed(byte[] bytes, int from, int to) throws MalformedRequestException {
    int at = from;
    while (at < to) {
      if (expecting == Expecting.TAG && varintShift == 0) {
        startField(position + at - from);
      }
      switch (expecting) {
        case TAG, LENGTH, NUMBER -> {
          byte next = bytes[at++];
          if (varintShift >= 70) {
            throw MalformedRequestException.of(
                "request", "a number of more than 10 bytes", "a protobuf message");
          }
          if (varintShift < 64) {
            varint |= (long) (next & 0x7f) << varintShift;
          }
          varintShift += 7;
          if (next >= 0) {
            long value = varint;
            varint = 0;
            varintShift = 0;
            numberRead(value);
          }
        }
        case SKIPPED_BYTES -> {
          int step = Math.min(remaining, to - at);
          at += step;
          remaining -= step;
          if (remaining == 0) {
            expecting = Expecting.TAG;
          }
        }
        case KEPT_BYTES -> {
          int step = Math.min(remaining, to - at);
          System.arraycopy(bytes, at, kept, keptLength, step);
          keptLength += step;
          at += step;
          remaining -= step;
          if (remaining == 0) {
            keep();
          }
        }
      }
    }
    position += to - from;
  }

  /** The field that is being read begins here, and the one before it has ended. */
  private void startField(long at) {
    if (field == ID && ids == 1 && idTo == 0) {
      idTo = at;
    }
    fieldFrom = at;
  }

  /**
   * Steps over bytes that do not matter, without looking at them.
   *
   * @param available bytes that come next
   * @return how many of them; 0 when the next one matters
   */
  public int stepOver(int available) {
    if (expecting != Expecting.SKIPPED_BYTES) {
      return 0;
    }
    int step = Math.min(remaining, available);
    remaining -= step;
    position += step;
    if (remaining == 0) {
      expecting = Expecting.TAG;
    }
    return step;
  }

  /**
   * Whether a field was reached that no writer in order of field numbers puts before what routing
   * reads.
   */
  public boolean isPastLeadingFields() {
    return pastLeading;
  }

  /** The request has been decided: a field that would have mattered is an error from now on. */
  public void decided() {
    decided = true;
  }

  /** Says that there are no more bytes. */
  public void finish() throws MalformedRequestException {
    if (expecting != Expecting.TAG || varintShift != 0) {
      throw MalformedRequestException.of(
          "request", "ends inside field " + field, "a whole protobuf message");
    }
  }

  private void numberRead(long value) throws MalformedRequestException {
    switch (expecting) {
      case TAG -> tagRead((int) value);
      case LENGTH -> lengthRead((int) value);
      case NUMBER, SKIPPED_BYTES, KEPT_BYTES -> expecting = Expecting.TAG;
    }
  }

  private void tagRead(int tag) throws MalformedRequestException {
    field = tag >>> 3;
    if (field == ID && ids++ == 0) {
      idFrom = fieldFrom;
    }
    if (field == 0) {
      throw MalformedRequestException.of("request", "field 0", "a protobuf message");
    }
    if (field > PARAMETERS) {
      pastLeading = true;
    } else if (decided) {
      throw MalformedRequestException.of(
          "request",
          "field " + field + " behind the tensors",
          "model_name, model_version, id and parameters before them, when it does not come in one"
              + " piece");
    }
    if (++fields > MAX_FIELDS) {
      throw MalformedRequestException.of(
          "request", "more than " + MAX_FIELDS + " fields", "at most " + MAX_FIELDS);
    }
    switch (tag & 7) {
      case 0 -> expecting = Expecting.NUMBER;
      case 1 -> skip(8);
      case 2 -> expecting = Expecting.LENGTH;
      case 5 -> skip(4);
      default ->
          throw MalformedRequestException.of(
              "request", "wire type " + (tag & 7) + " in field " + field, "0, 1, 2 or 5");
    }
  }

  private void lengthRead(int length) throws MalformedRequestException {
    if (length < 0) {
      throw MalformedRequestException.of(
          "request", "negative length in field " + field, "a protobuf message");
    }
    switch (field) {
      case MODEL_NAME -> keepAtMost("model_name", length, MAX_MODEL_NAME_BYTES);
      case VERSION -> keepAtMost("model_version", length, MAX_VERSION_BYTES);
      case ID -> {
        if (length > MAX_ID_BYTES) {
          id = "";
          skip(length);
        } else {
          startKeeping(length);
        }
      }
      case PARAMETERS -> {
        if (length > MAX_PARAMETER_BYTES || parametersLength + length > MAX_PARAMETERS_BYTES) {
          skip(length);
        } else {
          startKeeping(length);
        }
      }
      default -> skip(length);
    }
  }

  private void keepAtMost(String name, int length, int limit) throws MalformedRequestException {
    if (length > limit) {
      throw MalformedRequestException.of(name, length + " bytes", "at most " + limit + " bytes");
    }
    startKeeping(length);
  }

  private void skip(int length) {
    remaining = length;
    expecting = length == 0 ? Expecting.TAG : Expecting.SKIPPED_BYTES;
  }

  private void startKeeping(int length) throws MalformedRequestException {
    if (kept.length < length) {
      kept = new byte[Math.max(64, length)];
    }
    keptLength = 0;
    remaining = length;
    if (length == 0) {
      keep();
    } else {
      expecting = Expecting.KEPT_BYTES;
    }
  }

  private void keep() throws MalformedRequestException {
    expecting = Expecting.TAG;
    switch (field) {
      case MODEL_NAME -> model = text("model_name");
      case VERSION -> version = text("model_version");
      case ID -> id = text("id");
      default -> keepParameter();
    }
  }

  private String text(String name) throws MalformedRequestException {
    var text = new String(kept, 0, keptLength, StandardCharsets.UTF_8);
    boolean replaced = text.indexOf('\uFFFD') >= 0;
    if (replaced
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), Arrays.copyOf(kept, keptLength))) {
      throw MalformedRequestException.of(name, "bytes that are no text", "UTF-8");
    }
    return text;
  }

  /** Kept as 4 bytes of length and the entry's bytes. */
  private void keepParameter() {
    int end = parametersLength + 4 + keptLength;
    if (parameters.length < end) {
      parameters = Arrays.copyOf(parameters, Math.max(end, parameters.length * 2));
    }
    parameters[parametersLength] = (byte) (keptLength >>> 24);
    parameters[parametersLength + 1] = (byte) (keptLength >>> 16);
    parameters[parametersLength + 2] = (byte) (keptLength >>> 8);
    parameters[parametersLength + 3] = (byte) keptLength;
    System.arraycopy(kept, 0, parameters, parametersLength + 4, keptLength);
    parametersLength = end;
  }

  /** Model name; empty: none. */
  public String model() {
    return model;
  }

  /** Version asked for; empty: none. */
  public String version() {
    return version;
  }

  /** The caller's id; empty: none, or longer than {@value #MAX_ID_BYTES} bytes. */
  public String id() {
    return id;
  }

  /**
   * Where the id's field begins in the message; the same as {@link #idTo} when there is none. Only
   * after {@link #finish}.
   */
  public long idFrom() {
    return idFrom;
  }

  /** Where the id's field ends, exclusive. */
  public long idTo() {
    return ids == 1 && idTo == 0 ? position : idTo;
  }

  /** Whether the id comes more than once. */
  public boolean hasSeveralIds() {
    return ids > 1;
  }

  /** A request parameter; null: none of this name that was read, or one without a value. */
  public @Nullable KeyValue parameter(String name) {
    KeyValue found = null;
    int at = 0;
    while (at < parametersLength) {
      int length =
          (parameters[at] & 0xff) << 24
              | (parameters[at + 1] & 0xff) << 16
              | (parameters[at + 2] & 0xff) << 8
              | (parameters[at + 3] & 0xff);
      KeyValue value = ParameterEntry.valueIfNamed(name, parameters, at + 4, length);
      if (value != null) {
        found = value;
      }
      at += 4 + length;
    }
    return found;
  }
}
