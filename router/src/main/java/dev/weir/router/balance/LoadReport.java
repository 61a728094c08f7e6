package dev.weir.router.balance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the utilisation from a load report in ORCA's form ({@code xds.data.orca.v3.OrcaLoadReport},
 * in the trailer {@code endpoint-load-metrics-bin}), without building anything: a report may come
 * with every answer. Fields that do not say how busy the worker is are stepped over.
 *
 * <pre>
 *   1  cpu_utilization           double
 *   5  utilization               map&lt;string, double&gt;, entry: 1 name, 2 value
 *   9  application_utilization   double
 * </pre>
 */
final class LoadReport {
  /** Nothing that says how busy the worker is, or not a report. */
  static final double NONE = -1;

  private static final int MAX_BYTES = 16 << 10;
  private static final int CPU = 1;
  private static final int NAMED = 5;
  private static final int APPLICATION = 9;

  private LoadReport() {}

  /**
   * What the application says itself; else the processor's share; else the largest of the named
   * ones.
   *
   * @param report the message; its position is moved
   * @return 0 or more, where 1 is what the worker takes for full; {@link #NONE} when it says
   *     nothing or is malformed
   */
  static double utilization(ByteBuffer report) {
    if (report.remaining() > MAX_BYTES) {
      return NONE;
    }
    ByteBuffer in = report.order(ByteOrder.LITTLE_ENDIAN);
    double cpu = 0;
    double application = 0;
    double named = NONE;
    while (in.hasRemaining()) {
      long tag = varint(in);
      if (tag < 8 || tag > Integer.MAX_VALUE) {
        return NONE;
      }
      int field = (int) tag >>> 3;
      int type = (int) tag & 7;
      if (type == 1 && in.remaining() >= 8 && (field == CPU || field == APPLICATION)) {
        double value = in.getDouble();
        cpu = field == CPU ? value : cpu;
        application = field == APPLICATION ? value : application;
      } else if (type == 2 && field == NAMED) {
        double value = entry(in);
        if (Double.isNaN(value)) {
          return NONE;
        }
        named = Math.max(named, value);
      } else if (!skip(in, type)) {
        return NONE;
      }
    }
    double said = application > 0 ? application : cpu > 0 ? cpu : named;
    return said >= 0 && said < Double.POSITIVE_INFINITY ? said : NONE;
  }

  /** A map entry's value; NaN when it is malformed. */
  private static double entry(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      return Double.NaN;
    }
    int end = in.position() + (int) length;
    double value = 0;
    while (in.position() < end) {
      long tag = varint(in);
      if (tag == (2 << 3 | 1) && end - in.position() >= 8) {
        value = in.getDouble();
      } else if (tag < 8 || tag > Integer.MAX_VALUE || !skip(in, (int) tag & 7)) {
        return Double.NaN;
      }
    }
    return in.position() == end ? value : Double.NaN;
  }

  private static boolean skip(ByteBuffer in, int type) {
    long bytes =
        switch (type) {
          case 0 -> varint(in) == BAD ? BAD : 0;
          case 1 -> 8;
          case 2 -> varint(in);
          case 5 -> 4;
          default -> BAD;
        };
    if (bytes < 0 || bytes > in.remaining()) {
      return false;
    }
    in.position(in.position() + (int) bytes);
    return true;
  }

  private static final long BAD = Long.MIN_VALUE;

  /** An unsigned number; {@link #BAD} when it does not end. */
  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64 && in.hasRemaining(); shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value == BAD ? BAD + 1 : value;
      }
    }
    return BAD;
  }
}
