package dev.weir.monitor.stats.sketch;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Keeps a bounded number of rows of those offered, each with the same probability (Vitter, ACM
 * Trans. Math. Softw. 11, 1985, algorithm R). Ask {@link #next} for each row, and {@link #put} it
 * only when it is to be kept, so that most rows need not be read. Mutable, single writer.
 */
public final class RowReservoir {
  private final double[][] rows;
  private final RandomGenerator random;
  private long offered;

  /**
   * Nothing offered yet.
   *
   * @param most rows kept, at least 1
   */
  public RowReservoir(int most, RandomGenerator random) {
    if (most < 1) {
      throw new IllegalArgumentException("most: " + most + " (expected: at least 1)");
    }
    this.rows = new double[most][];
    this.random = random;
    Arrays.fill(rows, new double[0]);
  }

  /** Offers one more row: the place where it is to be put, or -1 when it is not kept. */
  public int next() {
    offered++;
    if (offered <= rows.length) {
      return (int) offered - 1;
    }
    long place = random.nextLong(offered);
    return place < rows.length ? (int) place : -1;
  }

  /** Puts a row where {@link #next} said. */
  public void put(int place, double[] row) {
    rows[place] = row;
  }

  /** Rows offered. */
  public long offered() {
    return offered;
  }

  /** Rows kept, as many as were offered or as there is room for. */
  public double[][] rows() {
    return Arrays.copyOf(rows, (int) Math.min(offered, rows.length));
  }
}
