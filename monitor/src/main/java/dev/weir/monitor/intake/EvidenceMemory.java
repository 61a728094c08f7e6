package dev.weir.monitor.intake;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * What has to be known after a restart so that nothing counts twice, and is saved in one image with
 * the evidence. Its owner marks a thing here <em>before</em> it tells the evidence book of it, so
 * an image never holds evidence of what is not marked in it. What was marked and is not yet
 * evidence when the monitor is killed is lost: that does not depend on the arm. Thread-safe; called
 * while the book's lock is held, so it must not call the book.
 */
public interface EvidenceMemory {
  /** Names its part of an image, unique among the memories of a book; never renamed. */
  String name();

  /**
   * Takes new names for units that are to be forgotten; whether there was any of the old ones.
   *
   * @param units new unit by old one
   */
  boolean renameUnits(Map<Long, Long> units);

  /** Writes all that is marked; a version comes first. */
  void writeTo(DataOutput out) throws IOException;

  /**
   * Takes over what {@link #writeTo} wrote; for a memory in which nothing is marked.
   *
   * @throws IOException or IllegalArgumentException when it is damaged; the memory is then
   *     unchanged
   */
  void readFrom(DataInput in) throws IOException;
}
