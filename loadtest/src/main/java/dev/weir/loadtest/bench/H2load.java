package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@code h2load} with a gRPC body that was framed beforehand: the cheapest load there is. */
final class H2load {
  private static final int EXIT_FAILED = 70;
  private static final Pattern FINISHED =
      Pattern.compile("finished in ([0-9.]+)(us|ms|s), ([0-9.]+) req/s");
  private static final Pattern REQUESTS =
      Pattern.compile("requests: (\\d+) total, .* (\\d+) succeeded, (\\d+) failed");
  private static final String PATH = "/inference.GRPCInferenceService/ModelInfer";

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

  /**
   * What one run did.
   *
   * @param requests requests made
   * @param succeeded of these, those with an answer of HTTP status 2xx
   * @param requestsPerSecond mean over the run
   */
  record Result(long requests, long succeeded, double requestsPerSecond) {}

  /** Many requests at a time: 8 connections of 8 streams. */
  Result load(HostAndPort target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    return run(
        target,
        body,
        requests,
        limitSeconds,
        List.of("-c", "8", "-m", "8"),
        folder.resolve("load"));
  }

  /** One request at a time over one connection. Returns each one's latency, microseconds. */
  long[] oneInFlight(HostAndPort target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    Path log = folder.resolve("latencies");
    Files.deleteIfExists(log);
    List<String> one = List.of("-c", "1", "-m", "1", "--log-file=" + log);
    Result result = run(target, body, requests, limitSeconds, one, folder.resolve("one"));
    long[] latencies = latencies(Files.readAllLines(log));
    if (result.succeeded() != requests || latencies.length != requests) {
      throw new IOException(latencies.length + " of " + requests + " requests were answered");
    }
    return latencies;
  }

  private Result run(
      HostAndPort target,
      Path body,
      long requests,
      long limitSeconds,
      List<String> concurrency,
      Path output)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(program.toString(), "-t", "1", "-w", "20", "-W", "24"));
    command.addAll(concurrency);
    command.addAll(List.of("-n", String.valueOf(requests), "-d", body.toString()));
    for (String header :
        List.of("te: trailers", "content-type: application/grpc", "grpc-timeout: 10S")) {
      command.addAll(List.of("-H", header));
    }
    command.add("http://" + target + PATH);
    Process process =
        new ProcessBuilder(pinning.forLoad(command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        throw new IOException("h2load was not done within " + limitSeconds + " s");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return parse(Files.readString(output));
  }

  /** Reads what h2load prints at its end. */
  static Result parse(String text) {
    Matcher finished = FINISHED.matcher(text);
    Matcher requests = REQUESTS.matcher(text);
    if (!finished.find() || !requests.find()) {
      throw new StartFailure(EXIT_FAILED, "h2load did not finish; it said:\n" + text.strip());
    }
    return new Result(
        Long.parseLong(requests.group(1)),
        Long.parseLong(requests.group(2)),
        Double.parseDouble(finished.group(3)));
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
