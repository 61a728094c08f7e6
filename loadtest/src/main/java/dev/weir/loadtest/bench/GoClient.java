package dev.weir.loadtest.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code goclient load} (see {@code loadtest/bench/goclient}): grpc-go as users have it, with
 * a deadline and a header that are new in each request, and 10,000 sessions.
 */
final class GoClient implements LoadClient {
  static final String NAME = "grpc-go";
  static final int SESSIONS = 10_000;
  private static final int EXIT_FAILED = 70;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path program;
  private final Pinning pinning;
  private final Path folder;

  /**
   * @param folder for its output
   */
  GoClient(Path program, Pinning pinning, Path folder) {
    this.program = program;
    this.pinning = pinning;
    this.folder = folder;
  }

  /**
   * What it says at its end.
   *
   * @param cancelled requests that the client itself cancelled; no failures
   * @param errors failures by status and text
   * @param attempts answers that needed more than one attempt of the router, by number of attempts
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Report(
      long requests,
      long ok,
      long failed,
      long cancelled,
      double requestsPerSecond,
      double p50Micros,
      double p99Micros,
      double maxMicros,
      Map<String, Long> errors,
      Map<String, Long> attempts) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public LoadResult load(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    Report report = run(target, body, requests, 8, 8, limitSeconds);
    return new LoadResult(report.requests(), report.ok(), report.requestsPerSecond());
  }

  @Override
  public Latency oneInFlight(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException {
    Report report = run(target, body, requests, 1, 1, limitSeconds);
    if (report.ok() != requests) {
      throw new IOException(report.ok() + " of " + requests + " were answered: " + report.errors());
    }
    return new Latency(report.p50Micros(), report.p99Micros());
  }

  /** Makes the requests and waits for the end. */
  Report run(
      Target target, Path body, long requests, int connections, int streams, long limitSeconds)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "load",
                "-target=" + target.address(),
                "-body=" + body,
                "-requests=" + requests,
                "-connections=" + connections,
                "-streams=" + streams,
                "-sessions=" + SESSIONS));
    if (target.certificate() != null) {
      command.add("-ca=" + target.certificate());
    }
    Path output = folder.resolve("goclient");
    Process process =
        new ProcessBuilder(
                target.fromProxyCpu() ? pinning.forProxy(command) : pinning.forLoad(command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        throw new IOException("goclient was not done within " + limitSeconds + " s");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return parse(Files.readString(output));
  }

  /** Reads the line that it prints at its end. */
  static Report parse(String text) {
    try {
      return JSON.readValue(text, Report.class);
    } catch (JacksonException e) {
      throw new StartFailure(EXIT_FAILED, "goclient did not finish; it said:\n" + text.strip());
    }
  }
}
