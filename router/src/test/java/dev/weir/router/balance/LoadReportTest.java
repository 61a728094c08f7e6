package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Field numbers as in cncf/xds, xds/data/orca/v3/orca_load_report.proto. */
class LoadReportTest {
  private interface Writer {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Writer writer) {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      writer.write(out);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static double read(byte[] report) {
    return LoadReport.utilization(ByteBuffer.wrap(report));
  }

  private static Writer entry(int field, String name, double value) {
    return out ->
        out.writeByteArray(
            field,
            message(e -> {
              e.writeString(1, name);
              e.writeDouble(2, value);
            }));
  }

  @Test
  void the_applications_own_word_counts_before_the_processors() {
    byte[] report =
        message(out -> {
          out.writeDouble(1, 0.4);
          out.writeDouble(2, 0.9);
          out.writeUInt64(3, 17);
          entry(4, "tokens", 3_487).write(out);
          entry(5, "gpu", 0.8).write(out);
          out.writeDouble(6, 12.5);
          out.writeDouble(7, 0.1);
          entry(8, "queue", 4).write(out);
          out.writeDouble(9, 1.2);
        });
    assertThat(read(report)).isEqualTo(1.2);
  }

  @Test
  void without_it_the_processors_share_and_then_the_largest_named_one_counts() {
    assertThat(read(message(out -> out.writeDouble(1, 0.4)))).isEqualTo(0.4);
    byte[] named =
        message(out -> {
          entry(5, "gpu", 0.3).write(out);
          entry(5, "disk", 0.1).write(out);
          entry(8, "queue", 4).write(out);
        });
    assertThat(read(named)).isEqualTo(0.3);
  }

  @Test
  void what_says_nothing_about_load_is_none() {
    assertThat(read(new byte[0])).isEqualTo(LoadReport.NONE);
    assertThat(read(message(out -> out.writeDouble(6, 100)))).isEqualTo(LoadReport.NONE);
  }

  @Test
  void what_is_no_sensible_number_is_none() {
    assertThat(read(message(out -> out.writeDouble(9, Double.POSITIVE_INFINITY))))
        .isEqualTo(LoadReport.NONE);
    assertThat(read(message(out -> entry(5, "gpu", Double.NaN).write(out))))
        .isEqualTo(LoadReport.NONE);
    assertThat(read(new byte[20_000])).isEqualTo(LoadReport.NONE);
  }

  @Test
  void no_bytes_at_all_make_it_throw() {
    var random = new SplittableRandom(1);
    byte[] good =
        message(out -> {
          entry(5, "gpu", 0.8).write(out);
          out.writeDouble(9, 0.5);
        });
    for (int i = 0; i < 50_000; i++) {
      byte[] report = new byte[random.nextInt(40)];
      random.nextBytes(report);
      if (i % 2 == 0) {
        report = good.clone();
        report[random.nextInt(report.length)] = (byte) random.nextInt();
      }
      double read = read(report);
      assertThat(read == LoadReport.NONE || read >= 0).isTrue();
    }
  }

  @Test
  void a_report_counts_until_it_is_stale() {
    var load = new ReportedLoad();
    assertThat(load.at(5_000_000_000L, 1_000_000_000L)).isNegative();
    load.report(0, 5_000_000_000L);
    assertThat(load.at(5_900_000_000L, 1_000_000_000L)).isZero();
    load.report(0.5, 5_000_000_000L);
    assertThat(load.at(5_900_000_000L, 1_000_000_000L)).isEqualTo(0.5);
    assertThat(load.at(6_100_000_000L, 1_000_000_000L)).isNegative();
  }

  /** As a model-worker writes them: the worker's test has the very bytes. */
  @Test
  void a_workers_report_is_read() {
    byte[] report =
        HexFormat.of().parseHex("09000000000000d03f31000000000000184049000000000000e03f");

    assertThat(read(report)).isEqualTo(0.5);
  }
}
