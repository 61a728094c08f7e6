package dev.weir.loadtest.bench;

import dev.weir.proto.worker.v1.WorkerStatus;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The program {@code upstream} (see {@code loadtest/bench/upstream.c}) behind all proxies. */
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

  /** Starts it with two ports. */
  static Upstream start(Path program, Pinning pinning, Path log) throws IOException {
    List<String> command = pinning.forLoad(List.of(program.toString(), "2"));
    StartedProcess process = StartedProcess.start("upstream", command, log, true);
    BufferedReader said = process.process().inputReader();
    String line = said.readLine();
    if (line == null || !line.matches("listening \\d+ \\d+")) {
      throw process.failure("did not say where it listens");
    }
    List<Integer> ports = Stream.of(line.split(" ")).skip(1).map(Integer::valueOf).toList();
    return new Upstream(process, said, process.process().outputWriter(), ports);
  }

  /** Its two ports. */
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

  private void say(String line) throws IOException {
    asks.write(line + "\n");
    asks.flush();
  }

  @Override
  public void close() {
    process.close();
  }
}
