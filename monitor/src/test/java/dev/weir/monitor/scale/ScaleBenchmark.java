package dev.weir.monitor.scale;

import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc.IntakeServiceBlockingStub;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One monitor and a real Kafka: how many samples a second go through while four senders send as
 * fast as they are answered, and how fast a monitor that lost its disk reads all of it again.
 * Arguments: an empty folder, seconds.
 */
public final class ScaleBenchmark {
  private static final int SENDERS = 4;
  private static final Pattern BEHIND =
      Pattern.compile("weir_monitor_log_behind_records\\{topic=\"(\\w+)\"\\} (\\d+)");
  private static final Pattern RECORDS =
      Pattern.compile("weir_monitor_log_records_total\\{event=\"read\",topic=\"(\\w+)\"\\} (\\d+)");

  private final Clock clock = Clock.system();
  private final HttpClient http = HttpClient.newHttpClient();

  private ScaleBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    new ScaleBenchmark().run(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
  }

  private void run(Path folder, int seconds) throws Exception {
    Scheduler scheduler = Scheduler.system("scale-benchmark");
    try (var registry = new FakeRegistry(0, clock, scheduler);
        var kafka = new KafkaProcess(Files.createDirectories(folder.resolve("kafka")))) {
      registry.change(old -> MonitorAlone.snapshot());
      scheduler.every(Duration.ofSeconds(1), registry::signOfLife);
      kafka.start();
      List<String> settings =
          List.of(
              "--registry=127.0.0.1:" + registry.port(), "--kafka.bootstrap=" + kafka.bootstrap());
      long samples;
      long written;
      try (var monitor = new MonitorProcess(folder.resolve("first"), settings)) {
        monitor.start();
        awaitRead(monitor, 0);
        samples = send(monitor, seconds);
        long begin = clock.nanoTime();
        written = awaitRead(monitor, 1);
        System.out.printf("behind for another %.1f s%n", (clock.nanoTime() - begin) / 1e9);
      }
      try (var anew = new MonitorProcess(folder.resolve("second"), settings)) {
        anew.start();
        long begin = clock.nanoTime();
        long records = awaitRead(anew, written);
        double took = (clock.nanoTime() - begin) / 1e9;
        System.out.printf(
            "read again: %d records, %d samples in %.1f s: %.0f records/s, %.0f samples/s%n",
            records, samples, took, records / took, samples / took);
      }
    } finally {
      scheduler.close();
      http.close();
    }
  }

  private long send(MonitorProcess monitor, int seconds) throws InterruptedException {
    IntakeServiceBlockingStub intake = monitor.intakeIfRunning().orElseThrow();
    long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    var done = new CountDownLatch(SENDERS);
    var took = new ArrayList<Long>();
    long[] samples = new long[SENDERS];
    for (int sender = 0; sender < SENDERS; sender++) {
      int number = sender;
      Thread.ofPlatform()
          .start(() -> {
            var mesh = new TwoRoutes(number);
            while (clock.nanoTime() < end) {
              TwoRoutes.Second second = mesh.next();
              ReportSamplesRequest report =
                  second.samples().toBuilder().setWorker("worker-" + number).build();
              long begin = clock.nanoTime();
              var unusedOutcomes =
                  intake
                      .withDeadlineAfter(Duration.ofSeconds(10))
                      .reportOutcomes(
                          ReportOutcomesRequest.newBuilder()
                              .setRouterProcess("router-" + number)
                              .addAllSlices(second.slices())
                              .build());
              var unusedSamples =
                  intake.withDeadlineAfter(Duration.ofSeconds(10)).reportSamples(report);
              synchronized (took) {
                took.add((clock.nanoTime() - begin) / 2);
              }
              samples[number] += report.getSamplesCount();
            }
            done.countDown();
          });
    }
    done.await();
    long all = Arrays.stream(samples).sum();
    long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "taken: %.0f samples/s, %.0f reports/s, a call %.1f ms (p50) and %.1f ms (p99)%n",
        all / (double) seconds,
        2.0 * sorted.length / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6);
    return all;
  }

  /** Waits until nothing is behind, and at least so many records were read. Returns how many. */
  private long awaitRead(MonitorProcess monitor, long atLeast) throws Exception {
    while (true) {
      String metrics =
          http.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + monitor.httpPort() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      long read =
          RECORDS.matcher(metrics).results().mapToLong(m -> Long.parseLong(m.group(2))).sum();
      long behind =
          BEHIND.matcher(metrics).results().mapToLong(m -> Long.parseLong(m.group(2))).sum();
      if (behind == 0 && read >= atLeast) {
        return read;
      }
      new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
    }
  }
}
