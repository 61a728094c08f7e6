package dev.weir.monitor.intake;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One change of what a {@link FeedbackJoin} knows, or one part of all of it. Applied in order they
 * give the same state again.
 *
 * <pre>
 *   uint8  kind: 1 predicted, 2 labelled, 3 joined, 4 counted
 *   1, 2:  the message;   3: text request id
 *   4:     text route, text variant, text version, int64 labelled, int64 correct
 * </pre>
 */
public sealed interface FeedbackEntry {
  /** A prediction came. */
  record Predicted(Sample sample) implements FeedbackEntry {}

  /** A label came, for the first time. */
  record Labelled(Feedback label) implements FeedbackEntry {}

  /** A request has had its label. */
  record Joined(String requestId) implements FeedbackEntry {}

  /** What a variant's labels say so far. */
  record Counted(VariantKey key, Accuracy accuracy) implements FeedbackEntry {}

  /** This entry's bytes. */
  default byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    try {
      switch (this) {
        case Predicted(Sample sample) -> {
          out.writeByte(1);
          sample.writeTo(out);
        }
        case Labelled(Feedback label) -> {
          out.writeByte(2);
          label.writeTo(out);
        }
        case Joined(String requestId) -> {
          out.writeByte(3);
          text(out, requestId);
        }
        case Counted(VariantKey key, Accuracy accuracy) -> {
          out.writeByte(4);
          text(out, key.route());
          text(out, key.variant());
          text(out, key.version());
          out.writeLong(accuracy.labelled());
          out.writeLong(accuracy.correct());
        }
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
  }

  /** Longer texts than {@code writeUTF} can write are none of ours: they are cut. */
  private static void text(DataOutputStream out, String text) throws IOException {
    out.writeUTF(text.length() <= 16_384 ? text : text.substring(0, 16_384));
  }

  /**
   * The entry with these bytes.
   *
   * @throws IllegalArgumentException when they are damaged
   */
  static FeedbackEntry of(byte[] bytes) {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      int kind = in.readUnsignedByte();
      return switch (kind) {
        case 1 -> new Predicted(Sample.parseFrom(in));
        case 2 -> new Labelled(Feedback.parseFrom(in));
        case 3 -> new Joined(in.readUTF());
        case 4 ->
            new Counted(
                new VariantKey(in.readUTF(), in.readUTF(), in.readUTF()),
                new Accuracy(in.readLong(), in.readLong()));
        default -> throw new IllegalArgumentException("kind: " + kind + " (expected: 1 to 4)");
      };
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("feedback entry: no message", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("feedback entry: cut short", e);
    }
  }
}
