package dev.weir.loadtest.bench;

import dev.weir.proto.worker.v1.WorkerStatus;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The program behind all proxies: {@code loadtest/bench/upstream.c}, or the echo of {@code
 * goclient}.
 */
final class Upstream implements AutoCloseable {
  private final StartedProcess process;
  private final BufferedReader said;
  private final BufferedWriter asks;
  private final List<Integer> ports;

  private Upstream(
      StartedProcess process, BufferedReader said, BufferedWriter asks, List<Integer> ports) {
    this.process = process;
    this.said = said;
    this.asks = asks;
    this.ports = ports;
  }

  /**
   * Starts it.
   *
   * @param command the program and its arguments: {@code upstream 2}, or another that obeys alike
   */
  static Upstream start(List<String> command, Pinning pinning, Path log) throws IOException {
    StartedProcess process = StartedProcess.start("upstream", pinning.forLoad(command), log, true);
    BufferedReader said = process.process().inputReader();
    String line = said.readLine();
    if (line == null || !line.matches("listening( \\d+)+")) {
      throw process.failure("did not say where it listens");
    }
    List<Integer> ports = Stream.of(line.split(" ")).skip(1).map(Integer::valueOf).toList();
    return new Upstream(process, said, process.process().outputWriter(), ports);
  }

  /** Its ports. */
  List<Integer> ports() {
    return ports;
  }

  /** Lets each port call itself a ready worker that has all versions. */
  void becomeWorkers() throws IOException {
    for (int i = 0; i < ports.size(); i++) {
      WorkerStatus status = BenchSnapshot.worker("bench-worker-" + i, ports.get(i));
      say("status " + i + " " + HexFormat.of().formatHex(status.toByteArray()));
    }
  }

  /** Requests answered so far on all ports. */
  long answered() throws IOException {
    say("count");
    String line = said.readLine();
    if (line == null) {
      throw process.failure("ended");
    }
    return Stream.of(line.split(" ")).mapToLong(Long::parseLong).sum();
  }

  /** Calls that the echo of {@code goclient} leaves without an answer now. */
  long hanging() throws IOException {
    say("hanging");
    String line = said.readLine();
    if (line == null) {
      throw process.failure("ended");
    }
    return Long.parseLong(line);
  }

  /** Waits a moment; throws when the program has ended meanwhile. */
  void waitAlive(long millis) throws InterruptedException {
    process.waitAlive(millis);
  }

  private void say(String line) throws IOException {
    asks.write(line + "\n");
    asks.flush();
  }

  @Override
  public void close() {
    process.close();
  }
}
