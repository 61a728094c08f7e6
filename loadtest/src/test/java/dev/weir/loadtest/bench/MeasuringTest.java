package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.StartFailure;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeasuringTest {
  @Test
  void what_h2load_prints_is_read() {
    H2load.Result result =
        H2load.parse(
            """
            progress: 100% done

            finished in 78.65ms, 254281.46 req/s, 40.50MB/s
            requests: 20000 total, 20000 started, 20000 done, 19990 succeeded, 10 failed, 10 errored, 0 timeout
            status codes: 19990 2xx, 0 3xx, 0 4xx, 0 5xx
            """);
    assertThat(result).isEqualTo(new H2load.Result(20_000, 19_990, 254_281.46));
  }

  @Test
  void an_h2load_that_did_not_finish_is_an_error_with_its_words() {
    assertThatThrownBy(() -> H2load.parse("[ERROR] connection refused\n"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("connection refused");
  }

  @Test
  void its_log_gives_the_latencies_of_answers() {
    assertThat(H2load.latencies(List.of("1764035702\t200\t125", "1764035703\t-1\t9", "x")))
        .containsExactly(125L);
  }

  @Test
  void processor_time_is_read_from_stat_whatever_the_name() {
    String stat =
        "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 123 45 7 8 20 0 1 0 100 1000 10 0 0 0 0 0";
    assertThat(ProcessTree.ticks(stat)).isEqualTo(168);
    assertThat(ProcessTree.ticks("")).isZero();
  }

  @Test
  void this_process_uses_processor_time_and_memory() {
    assertThat(ProcessTree.cpuMicros(ProcessHandle.current())).isPositive();
    assertThat(ProcessTree.residentBytes(ProcessHandle.current())).isGreaterThan(10_000_000);
  }

  @Test
  void percentiles_of_few_values_are_values() {
    assertThat(Rounds.percentile(new long[] {1, 2, 3, 4}, 0.5)).isEqualTo(3);
    assertThat(Rounds.percentile(new long[] {7}, 0.99)).isEqualTo(7);
  }

  @Test
  void proxy_and_load_need_two_processors() {
    assertThatThrownBy(() -> new Pinning(1, 1)).hasMessageStartingWith("--proxy-cpu: 1 (expected:");
    assertThat(new Pinning(0, 1).forProxy(List.of("envoy")))
        .containsExactly("taskset", "-c", "0", "envoy");
  }
}
