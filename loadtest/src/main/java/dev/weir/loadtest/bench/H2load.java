package dev.weir.loadtest.bench;

import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs {@code h2load} with a gRPC body that was framed beforehand: the cheapest load there is. Its
 * headers are the same in each request, so a run is two of it at a time: one sends a session.
 */
final class H2load implements LoadClient {
  static final String NAME = "h2load";
  private static final int EXIT_FAILED = 70;
  private static final Pattern FINISHED =
      Pattern.compile("finished in ([0-9.]+)(us|ms|s), ([0-9.]+) req/s");
  private static final Pattern REQUESTS =
      Pattern.compile("requests: (\\d+) total, .* (\\d+) succeeded, (\\d+) failed");
  private static final String PATH = "/inference.GRPCInferenceService/ModelInfer";
  private static final List<String> HALF = List.of("-c", "4", "-m", "8");

  private final Path program;
  private final Pinning pinning;
  private final Path folder;

  /**
   * @param folder for its output and logs
   */
  H2load(Path program, Pinning pinning, Path folder) {
    this.program = program;
    this.pinning = pinning;
    this.folder = folder;
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * What one h2load said at its end.
   *
   * @param seconds time it took
   */
  record Run(long requests, long succeeded, double seconds) {}

  /** Two at a time, each with 4 connections of 8 streams. */
  @Override
  public LoadResult load(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    long half = requests / 2;
    Path drawnOutput = folder.resolve("h2load-drawn");
    Path keyedOutput = folder.resolve("h2load-keyed");
    Process drawn = start(target, body, requests - half, HALF, List.of(), drawnOutput);
    try {
      Process keyed =
          start(
              target,
              body,
              half,
              HALF,
              List.of("-H", BenchSnapshot.SESSION_HEADER + ": bench-session"),
              keyedOutput);
      await(keyed, limitSeconds);
    } finally {
      await(drawn, limitSeconds);
    }
    return together(parse(Files.readString(drawnOutput)), parse(Files.readString(keyedOutput)));
  }

  /** What two runs at the same time did together. */
  static LoadResult together(Run one, Run other) {
    long requests = one.requests() + other.requests();
    double seconds = Math.max(one.seconds(), other.seconds());
    return new LoadResult(requests, one.succeeded() + other.succeeded(), requests / seconds);
  }

  @Override
  public Latency oneInFlight(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    Path log = folder.resolve("latencies");
    Path output = folder.resolve("h2load-one");
    Files.deleteIfExists(log);
    List<String> one = List.of("-c", "1", "-m", "1", "--log-file=" + log);
    await(start(target, body, requests, one, List.of(), output), limitSeconds);
    Run run = parse(Files.readString(output));
    long[] latencies = latencies(Files.readAllLines(log));
    if (run.succeeded() != requests || latencies.length != requests) {
      throw new IOException(latencies.length + " of " + requests + " requests were answered");
    }
    return Latency.of(latencies);
  }

  private Process start(
      Target target,
      Path body,
      long requests,
      List<String> concurrency,
      List<String> header,
      Path output)
      throws IOException {
    var command = new ArrayList<>(List.of(program.toString(), "-t", "1", "-w", "20", "-W", "24"));
    command.addAll(concurrency);
    command.addAll(List.of("-n", String.valueOf(requests), "-d", body.toString()));
    for (String always :
        List.of("te: trailers", "content-type: application/grpc", "grpc-timeout: 10S")) {
      command.addAll(List.of("-H", always));
    }
    command.addAll(header);
    command.add((target.certificate() == null ? "http://" : "https://") + target.address() + PATH);
    return new ProcessBuilder(
            target.fromProxyCpu() ? pinning.forProxy(command) : pinning.forLoad(command))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static void await(Process process, long limitSeconds)
      throws IOException, InterruptedException {
    try {
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        throw new IOException("h2load was not done within " + limitSeconds + " s");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Reads what h2load prints at its end. */
  static Run parse(String text) {
    Matcher finished = FINISHED.matcher(text);
    Matcher requests = REQUESTS.matcher(text);
    if (!finished.find() || !requests.find()) {
      throw new StartFailure(EXIT_FAILED, "h2load did not finish; it said:\n" + text.strip());
    }
    double perSecond =
        switch (finished.group(2)) {
          case "us" -> 1e6;
          case "ms" -> 1e3;
          default -> 1;
        };
    return new Run(
        Long.parseLong(requests.group(1)),
        Long.parseLong(requests.group(2)),
        Double.parseDouble(finished.group(1)) / perSecond);
  }

  /** Reads its log: start, HTTP status, latency; lines of requests that failed are left out. */
  static long[] latencies(List<String> lines) {
    return lines.stream()
        .map(line -> line.split("\t", -1))
        .filter(fields -> fields.length == 3 && fields[1].equals("200"))
        .mapToLong(fields -> Long.parseLong(fields[2]))
        .toArray();
  }
}
