package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.StartFailure;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeasuringTest {
  @Test
  void what_h2load_prints_is_read() {
    H2load.Run run =
        H2load.parse(
            """
            progress: 100% done

            finished in 62.50ms, 254281.46 req/s, 40.50MB/s
            requests: 20000 total, 20000 started, 20000 done, 19990 succeeded, 10 failed, 10 errored, 0 timeout
            status codes: 19990 2xx, 0 3xx, 0 4xx, 0 5xx
            """);
    assertThat(run).isEqualTo(new H2load.Run(20_000, 19_990, 0.0625));
  }

  @Test
  void two_runs_at_the_same_time_are_as_long_as_the_longer_one() {
    LoadResult both = H2load.together(new H2load.Run(100, 99, 2), new H2load.Run(300, 300, 4));
    assertThat(both).isEqualTo(new LoadResult(400, 399, 100));
  }

  @Test
  void what_goclient_prints_is_read() {
    GoClient.Report report =
        GoClient.parse(
            """
            {"requests":5,"ok":3,"failed":1,"cancelled":1,"seconds":0.5,"requestsPerSecond":10,"p50Micros":120.5,\
            "p90Micros":1,"p99Micros":2,"maxMicros":3,"errors":{"Unavailable: gone":1},"attempts":{"2":1}}
            """);
    assertThat(report.ok()).isEqualTo(3);
    assertThat(report.p50Micros()).isEqualTo(120.5);
    assertThat(report.errors()).containsEntry("Unavailable: gone", 1L);
    assertThat(report.attempts()).containsEntry("2", 1L);
  }

  @Test
  void a_goclient_that_did_not_finish_is_an_error_with_its_words() {
    assertThatThrownBy(() -> GoClient.parse("panic: no\n"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("panic: no");
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
    long resident = ProcessTree.residentBytes(ProcessHandle.current());
    assertThat(resident).isGreaterThan(10_000_000);
    assertThat(ProcessTree.peakResidentBytes(ProcessHandle.current())).isGreaterThan(10_000_000);
  }

  @Test
  void percentiles_of_few_values_are_values() {
    assertThat(Latency.of(new long[] {4, 1, 3, 2})).isEqualTo(new Latency(3, 4));
    assertThat(Latency.of(new long[] {7})).isEqualTo(new Latency(7, 7));
  }

  @Test
  void proxy_and_load_need_two_processors() {
    assertThatThrownBy(() -> new Pinning(1, 1)).hasMessageStartingWith("--proxy-cpu: 1 (expected:");
    assertThat(new Pinning(0, 1).forProxy(List.of("envoy")))
        .containsExactly("taskset", "-c", "0", "envoy");
  }
}
