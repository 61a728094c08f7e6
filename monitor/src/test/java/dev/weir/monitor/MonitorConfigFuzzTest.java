package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.fuzz.FuzzRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is set, the monitor runs with it or says what is wrong with it. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MonitorConfigFuzzTest {
  private static final List<String> VALUES =
      List.of(
          "",
          " ",
          "0",
          "-1",
          "1",
          "2147483648",
          "1e9",
          "NaN",
          "Infinity",
          "true",
          "1s",
          "1000000d",
          "-5m",
          "host:1",
          "host:99999",
          "http://a:1",
          ",",
          "a,b",
          "\u0000",
          "ü".repeat(500),
          "[",
          "{}");

  private final ConfigurationLoader<MonitorConfig> loader =
      new ConfigurationLoader<>("monitor", MonitorConfig.defaults());

  @Test
  void any_value_of_any_setting_is_taken_or_refused_by_name() {
    var names = new ArrayList<String>();
    var matcher = Pattern.compile("--([a-z][a-z0-9.-]*)=").matcher(loader.help());
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    assertThat(names).contains("foreign.grace", "intake.max-waiting-samples");
    FuzzRun.bounded(
        "monitor configuration",
        2_000,
        64 << 20,
        seed -> {
          var random = new SplittableRandom(seed);
          String name = names.get(random.nextInt(names.size()));
          String value = VALUES.get(random.nextInt(VALUES.size()));
          try {
            loader.load(List.of("--" + name + "=" + value), Map.of());
          } catch (IllegalArgumentException refused) {
            assertThat(refused).as(name).hasMessageContaining("expected:");
          }
        });
  }
}
