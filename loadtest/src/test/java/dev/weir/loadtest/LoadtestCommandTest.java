package dev.weir.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.loadtest.load.HeldServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class LoadtestCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int run(String... arguments) {
    int status =
        LoadtestCommand.run(
            List.of(arguments), new PrintWriter(out, true), new PrintWriter(err, true));
    assertThat(err.toString()).doesNotContain("\tat ", "Exception");
    return status;
  }

  private int load(HeldServer server, String... more) {
    var arguments =
        new ArrayList<>(
            List.of("--target", server.address().toString(), "--model", "affine", "--rate", "50"));
    arguments.addAll(List.of("--duration", "1"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --model m --rate fast           | --rate: fast (expected: a number)
          --model m --rate 0              | rate: 0.0 (expected: 0.001 to 1000000.0)
          --model m --duration 0          | --duration: 0 (expected: 1 to 86400)
          --model m --duration 1.5        | --duration: 1.5 (expected: a whole number)
          --model m --connections 0       | --connections: 0 (expected: 1 to 1000)
          --model m --max-in-flight -1    | --max-in-flight: -1 (expected: 1 to 1000000)
          --model m --deadline-millis 0   | --deadline-millis: 0 (expected: 1 to 3600000)
          --model m --arrivals bursts     | --arrivals: bursts (expected: poisson or even)
          --model m --target nowhere      | --target: nowhere (expected: host:port, port 0 to 65535)
          --model m --header x            | --header: x (expected: NAME=VALUE)
          --model m --header x-bin=1      | --header: x-bin (expected: a metadata name
          --model m --max-error-rate 2    | --max-error-rate: 2.0 (expected: 0.0 to 1.0)
          --model m --max-p99-millis -1   | --max-p99-millis: -1.0 (expected: 0.0
          --model m --rows /no/such.csv   | rows: /no/such.csv (expected: a file that can be read)
          --model m --seed x              | --seed: x (expected: a whole number)
          --model m --modle x             | argument: --modle (expected: an option
          --model m extra                 | argument: extra (expected: an option
          --model                         | --model
          --rate 1                        | --model: not given (expected: a value)
          """)
  void arguments_that_cannot_be_used_are_refused_with_64(String arguments, String message) {
    assertThat(run(arguments.split(" +"))).isEqualTo(64);
    assertThat(err.toString()).startsWith("weir loadtest: ").contains(message);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void help_says_what_each_option_does_and_the_exit_statuses() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--max-error-rate", "Exit status:", "69");
  }

  @Test
  void a_server_that_does_not_answer_gives_69() throws Exception {
    int unused;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    assertThat(run("--target", "127.0.0.1:" + unused, "--model", "affine")).isEqualTo(69);
    assertThat(err.toString())
        .startsWith("weir loadtest: server 127.0.0.1:" + unused + " does not answer (UNAVAILABLE")
        .contains("Connection refused", "--target");
  }

  @Test
  void a_model_that_the_server_does_not_have_gives_69() {
    try (var server = new HeldServer()) {
      assertThat(run("--target", server.address().toString(), "--model", "other")).isEqualTo(69);
      assertThat(err.toString()).contains("model other at", "NOT_FOUND model other");
    }
  }

  @Test
  void a_load_within_its_limits_gives_0_and_a_report() throws Exception {
    Path json = folder.resolve("report.json");
    try (var server = new HeldServer()) {
      server.answerAtOnce();
      assertThat(load(server, "--seed", "7", "--max-error-rate", "0", "--json", json.toString()))
          .isZero();
    }
    assertThat(out.toString())
        .contains("seed       7\n", "status     {OK=", "versions   {affine/2=", "latency ms  p50 ");
    var report = JsonMapper.builder().build().readTree(json.toFile());
    assertThat(report.at("/requests").asInt()).isGreaterThan(20);
    assertThat(report.at("/errorRate").asDouble()).isZero();
  }

  @Test
  void a_limit_that_is_not_kept_gives_1() {
    try (var server = new HeldServer()) {
      assertThat(load(server, "--deadline-millis", "1", "--max-error-rate", "0.5")).isEqualTo(1);
      assertThat(out.toString()).contains("DEADLINE_EXCEEDED", "failed 100.000 %");
    }
    try (var server = new HeldServer()) {
      server.answerAtOnce();
      assertThat(load(server, "--max-p99-millis", "0")).isEqualTo(1);
    }
  }

  @Test
  void rows_of_a_file_are_sent_to_the_input_named() throws Exception {
    Path rows = Files.writeString(folder.resolve("rows.csv"), "a,b,c\n1,2,3\n");
    try (var server = new HeldServer()) {
      server.answerAtOnce();
      assertThat(load(server, "--rows", rows.toString(), "--input", "x")).isZero();
      assertThat(load(server, "--rows", rows.toString(), "--input", "y")).isEqualTo(64);
      assertThat(err.toString()).contains("--input: y (expected: an input of affine: x)");
    }
  }

  @Test
  void a_report_that_cannot_be_written_is_said_before_the_load() {
    try (var server = new HeldServer()) {
      Path nowhere = folder.resolve("no/such/folder/report.json");
      assertThat(load(server, "--json", nowhere.toString())).isEqualTo(73);
      assertThat(err.toString()).contains("--json: " + nowhere + " (expected: a file that can be");
      assertThat(server.requestHeaders()).hasSize(1);
    }
  }
}
