package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.outcome.LatencyScale;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/statistics.md names the defaults that the code has. */
class StatisticsPageTest {
  private final String page;

  StatisticsPageTest() throws IOException {
    this.page = Files.readString(Path.of("..", "docs", "statistics.md")).replaceAll("\\s+", " ");
  }

  @Test
  void the_page_names_the_defaults() {
    var errors = ErrorRateTest.Parameters.tolerating(1.1);
    var latency = LatencyTest.Parameters.tolerating(1.25, 1_000_000);
    var classes = PredictedClassTest.Parameters.tolerating(1.1);
    assertThat(page)
        .contains("Lifts " + list(errors.lifts()) + " beyond the tolerance, cap 0.999")
        .contains("plus 1 error in 100 units");
    assertThat(errors.priorRate() * errors.priorUnits()).isEqualTo(1);
    assertThat(errors.priorUnits()).isEqualTo(100);
    assertThat(page)
        .contains("at the quantiles " + list(latency.quantiles()) + " of")
        .contains("lifts " + list(latency.lifts()) + ", cap")
        .contains("over all " + latency.quantiles().size() * latency.lifts().size())
        .contains("before " + latency.minBaselineUnits() + " baseline requests")
        .contains("the " + LatencyScale.BUCKETS + " buckets");
    assertThat(page)
        .contains("lifts " + list(classes.lifts()) + " beyond the tolerance, cap 0.98")
        .contains("The first " + classes.maxClasses() + " classes")
        .contains("by the time " + classes.minBaselineUnits() + " baseline predictions were");
    assertThat(page)
        .contains(
            "α = "
                + new BigDecimal("" + SampleRatioTest.DEFAULT_ALPHA)
                    .stripTrailingZeros()
                    .toPlainString());
  }

  private static String list(List<Double> numbers) {
    return numbers.stream()
        .map(BigDecimal::valueOf)
        .map(number -> number.stripTrailingZeros().toPlainString().replaceFirst("^0", ""))
        .collect(Collectors.joining(", "));
  }
}
