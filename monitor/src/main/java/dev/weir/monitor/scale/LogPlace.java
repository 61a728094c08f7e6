package dev.weir.monitor.scale;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Where in the log the evidence ends.
 *
 * @param spots by topic and partition
 */
record LogPlace(Map<TopicPartition, Spot> spots) {
  private static final int VERSION = 1;

  /**
   * In one partition.
   *
   * @param next offset of the first record that was not taken
   * @param from offset from which records are read once more after a restart, so that what waited
   *     in memory waits again; at most {@code next}
   */
  record Spot(long next, long from) {
    Spot {
      if (next < 0 || from < 0 || from > next) {
        throw new IllegalArgumentException(
            "from: " + from + " (expected: 0 to " + next + ", the next offset)");
      }
    }
  }

  LogPlace {
    spots = Map.copyOf(spots);
  }

  /** Nothing was read. */
  static LogPlace nowhere() {
    return new LogPlace(Map.of());
  }

  /**
   * {@code byte version = 1, int32 n, n x (text topic, int32 partition, int64 next, int64 from)},
   * in order of topic and partition.
   */
  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    var ordered = new TreeMap<String, Map.Entry<TopicPartition, Spot>>();
    spots.entrySet().forEach(entry -> ordered.put(entry.getKey().toString(), entry));
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(ordered.size());
      for (var entry : ordered.values()) {
        out.writeUTF(entry.getKey().topic());
        out.writeInt(entry.getKey().partition());
        out.writeLong(entry.getValue().next());
        out.writeLong(entry.getValue().from());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} wrote; no bytes are nowhere.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static LogPlace fromBytes(byte[] bytes) {
    if (bytes.length == 0) {
      return nowhere();
    }
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalArgumentException("version: " + version + " (expected: " + VERSION + ")");
      }
      int size = in.readInt();
      var spots = new HashMap<TopicPartition, Spot>();
      for (int i = 0; i < size; i++) {
        var partition = new TopicPartition(in.readUTF(), in.readInt());
        spots.put(partition, new Spot(in.readLong(), in.readLong()));
      }
      return new LogPlace(spots);
    } catch (IOException e) {
      throw new IllegalArgumentException("place: cut off (expected: a whole one)", e);
    }
  }
}
