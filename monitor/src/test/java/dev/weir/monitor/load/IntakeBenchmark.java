package dev.weir.monitor.load;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.MonitorMain;
import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Offers a real monitor, a process of its own on one core, the outcomes of 10,000 requests/s and
 * 2,000 samples/s of 50 features with labels for a fifth of them, over gRPC, while a rollout with
 * five guardrails is judged and both versions are watched. Prints CPU seconds a second, the calls'
 * times, memory, and what was lost. Linux. Not part of the build.
 *
 * <pre>
 *   java -cp ... dev.weir.monitor.load.IntakeBenchmark [SECONDS=60] [REQUESTS=10000] [SAMPLES=2000]
 * </pre>
 */
public final class IntakeBenchmark {
  private static final int GRPC_PORT = 14_318;
  private static final int HTTP_PORT = 18_021;
  private static final int WARM_UP_SECONDS = 20;

  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("benchmark");
  private final Offered offered = new Offered(Randomness.seeded(1));
  private final ConcurrentLinkedQueue<Long> callNanos = new ConcurrentLinkedQueue<>();

  /** Held for reading by a sender at work, for writing by whoever ends them. */
  private final ReadWriteLock sending = new ReentrantReadWriteLock();

  @GuardedBy("sending")
  private boolean ended;

  /** Runs it, or, with the word "monitor" first, the monitor. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals("monitor")) {
      System.exit(MonitorMain.run(List.of(args).subList(1, args.length), Map.of()));
    }
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 60;
    int requests = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    int samples = args.length > 2 ? Integer.parseInt(args[2]) : 2_000;
    new IntakeBenchmark().run(seconds, requests, samples);
  }

  private void run(int seconds, int requests, int samples)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("weir-intake");
    var registry = new FakeRegistry(0, clock, scheduler);
    registry.change(Offered::snapshot);
    scheduler.every(Duration.ofSeconds(1), registry::signOfLife);
    Process monitor = start(registry.port(), data);
    try {
      awaitReady();
      var channel = GrpcChannel.to(new HostAndPort("127.0.0.1", GRPC_PORT), List.of());
      var intake = IntakeServiceGrpc.newBlockingStub(channel.channel());
      var requestPace = new Pace(requests);
      scheduler.every(
          Duration.ofMillis(250),
          sender(() ->
              timed(() -> intake.reportOutcomes(offered.outcomes(requestPace.due(), millis())))));
      var samplePace = new Pace(samples);
      scheduler.every(
          Duration.ofMillis(50),
          sender(() -> {
            ReportSamplesRequest report = offered.samples(samplePace.due(), millis());
            timed(() -> intake.reportSamples(report));
            timed(() -> intake.reportFeedback(Offered.labels(report)));
          }));
      pause(WARM_UP_SECONDS);
      callNanos.clear();
      double before = cpuSeconds(monitor.pid());
      long started = clock.nanoTime();
      Map<String, Double> taken = events();
      pause(seconds);
      double elapsed = (clock.nanoTime() - started) / 1e9;
      report(monitor.pid(), elapsed, cpuSeconds(monitor.pid()) - before, taken, events());
      endSenders();
      channel.close();
    } finally {
      monitor.destroy();
      scheduler.close();
      registry.close();
    }
  }

  /** How many are due since the last time, so that a late timer makes no fewer of them. */
  private final class Pace {
    private final double perNano;
    private final long startNanos = clock.nanoTime();
    private long given;

    Pace(int perSecond) {
      this.perNano = perSecond / 1e9;
    }

    int due() {
      long now = (long) ((clock.nanoTime() - startNanos) * perNano);
      int due = (int) (now - given);
      given = now;
      return due;
    }
  }

  private Runnable sender(Runnable calls) {
    return () -> {
      sending.readLock().lock();
      try {
        if (!ended) {
          calls.run();
        }
      } finally {
        sending.readLock().unlock();
      }
    };
  }

  /** No call is under way when it returns, and none comes after. */
  private void endSenders() {
    sending.writeLock().lock();
    try {
      ended = true;
    } finally {
      sending.writeLock().unlock();
    }
  }

  private static Process start(int registryPort, Path data) throws IOException {
    return new ProcessBuilder(
            "taskset",
            "-c",
            "0",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:ActiveProcessorCount=1",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            IntakeBenchmark.class.getName(),
            "monitor",
            "--grpc.port=" + GRPC_PORT,
            "--http.port=" + HTTP_PORT,
            "--registry=127.0.0.1:" + registryPort,
            "--data=" + data)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private long millis() {
    return clock.now().toEpochMilli();
  }

  private void timed(Runnable call) {
    long started = clock.nanoTime();
    call.run();
    callNanos.add(clock.nanoTime() - started);
  }

  private void pause(int seconds) throws InterruptedException {
    var over = new CountDownLatch(1);
    scheduler.after(Duration.ofSeconds(seconds), over::countDown);
    over.await();
  }

  private void awaitReady() throws InterruptedException, IOException {
    for (int i = 0; i < 120; i++) {
      pause(1);
      if (get("/health").contains("\"status\":\"ready\"")) {
        return;
      }
    }
    throw new IOException("the monitor is not ready after two minutes");
  }

  private static String get(String path) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HTTP_PORT + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException notYet) {
      return "";
    }
  }

  private static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // user and system time, in ticks of a hundredth of a second
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  private static Map<String, Double> events() throws InterruptedException {
    var events = new TreeMap<String, Double>();
    for (String line : get("/metrics").split("\n")) {
      if (line.startsWith("weir_monitor_intake_events_total{")) {
        int from = line.indexOf("event=\"") + 7;
        events.put(
            line.substring(from, line.indexOf('"', from)),
            Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    return events;
  }

  private void report(
      long pid, double elapsed, double cpu, Map<String, Double> before, Map<String, Double> after)
      throws IOException {
    long[] nanos = callNanos.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%.0f s: %.2f CPU seconds a second; %,d calls, p50 %.1f ms, p99 %.1f ms, longest %.1f ms%n",
        elapsed,
        cpu / elapsed,
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6,
        nanos[nanos.length - 1] / 1e6);
    Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .forEach(System.out::println);
    after.forEach((event, count) -> {
      double more = count - before.getOrDefault(event, 0.0);
      if (more > 0) {
        System.out.printf(Locale.ROOT, "  %s: %,.1f a second%n", event, more / elapsed);
      }
    });
  }
}
