package dev.weir.monitor.stats.bound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bounds are those that confseq publishes, row by row of golden-bounds.txt. */
class GoldenBoundsTest {
  private static final double ALPHA = 0.05;
  private static final Tuning TUNING = new Tuning(100, ALPHA);

  record Row(String source, List<String> words, double value) {
    double number(int index) {
      return Double.parseDouble(words.get(index));
    }

    long count(int index) {
      return Long.parseLong(words.get(index));
    }

    Sides sides() {
      return words.get(1).equals("one") ? Sides.ONE : Sides.TWO;
    }

    @Override
    public String toString() {
      return source + ": " + String.join(" ", words);
    }
  }

  static List<Row> rows() throws IOException {
    try (InputStream in = GoldenBoundsTest.class.getResourceAsStream("golden-bounds.txt")) {
      if (in == null) {
        throw new IOException("no resource golden-bounds.txt");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" \\| ", -1))
          .map(row -> new Row(row[0], List.of(row[1].split(" ", -1)), Double.parseDouble(row[2])))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void the_published_number_is_met(Row row) {
    assertThat(computed(row)).isCloseTo(row.value(), within(1e-5));
  }

  @Test
  void no_row_is_missing() throws IOException {
    assertThat(rows()).hasSize(40);
  }

  private static double computed(Row row) {
    return switch (row.words().getFirst()) {
      case "rho" -> TUNING.rho(row.sides());
      case "normal" -> mixture(NormalMixture.tightestAt(TUNING, row.sides()), row);
      case "gammaExponential" ->
          mixture(GammaExponentialMixture.tightestAt(TUNING, row.number(1)), row);
      case "gammaPoisson" -> mixture(GammaPoissonMixture.tightestAt(TUNING, row.number(1)), row);
      case "betaBinomial" ->
          mixture(BetaBinomialMixture.tightestAt(TUNING, 0.2, 0.8, row.sides()), row);
      case "polynomial" ->
          new PolynomialStitching(10, row.number(1), Stitching.usual()).bound(row.number(2), ALPHA);
      case "empirical" -> new EmpiricalProcessBound(100, ALPHA).radius(row.count(1));
      case "double" -> DoubleStitching.from(100).bound(row.number(1), row.count(2), ALPHA);
      case "quantiles" ->
          new QuantileComparison(row.number(1), ALPHA, 100)
              .pValue(thousandFrom(1), thousandFrom(1 + (int) row.count(2)));
      case "bernoulli" -> {
        Interval interval =
            new BernoulliSequence(ALPHA, row.count(4)).interval(row.count(2), row.count(3));
        yield row.words().get(1).equals("low") ? interval.low() : interval.high();
      }
      default -> throw new IllegalStateException(row.toString());
    };
  }

  private static double mixture(Mixture mixture, Row row) {
    return row.words().get(2).equals("bound")
        ? mixture.bound(row.number(3), ALPHA)
        : mixture.logValue(row.number(3), row.number(4));
  }

  private static double[] thousandFrom(int first) {
    return IntStream.range(first, first + 1_000).asDoubleStream().toArray();
  }
}
