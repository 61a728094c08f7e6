package dev.weir.monitor.privacy;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What keeping and erasing samples costs, and what noise does. Argument: a folder on the disk to
 * measure.
 */
final class PrivacyBenchmark {
  private static final int SECONDS = 60;
  private static final int SAMPLES_A_SECOND = 2_000;
  private static final int FEATURES = 50;
  private static final int DRAWS = 200_000;

  private PrivacyBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "privacy");
    Clock clock = Clock.system();
    RandomGenerator random = Randomness.seeded(1);
    try (var store = SampleStore.open(folder.resolve("samples.db"))) {
      var kept = new KeptSamples(store, PrivacyConfig.defaults(), new PrivacyCounts(), clock);
      kept.follow(Samples.snapshot(Samples.kept("1", 86_400)));
      long begin = clock.nanoTime();
      for (int second = 0; second < SECONDS; second++) {
        kept.samples(samples(second, random, clock));
        kept.write();
      }
      double writing = (clock.nanoTime() - begin) / 1e9;
      System.out.printf(
          "%,d samples of %d numbers, %,d bytes each: %.0f samples/s%n",
          store.total().samples(),
          FEATURES,
          store.total().bytes() / store.total().samples(),
          SECONDS * SAMPLES_A_SECOND / writing);
      begin = clock.nanoTime();
      int found =
          store
              .find(new SampleQuery("fraud", "1", 0, Long.MAX_VALUE, 1_000), 16 << 20)
              .samples()
              .size();
      System.out.printf("newest %,d: %.0f ms%n", found, (clock.nanoTime() - begin) / 1e6);
      var ids = new HashSet<String>();
      while (ids.size() < 1_000) {
        ids.add("request-" + random.nextInt(SECONDS) + "-" + random.nextInt(SAMPLES_A_SECOND));
      }
      begin = clock.nanoTime();
      int erased = kept.erase(new Erasure(ids, Set.of(), Set.of()));
      System.out.printf("erased %,d: %.0f ms%n", erased, (clock.nanoTime() - begin) / 1e6);
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
    var noise = new DiscreteLaplace(Randomness.secure());
    long begin = clock.nanoTime();
    long sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      sum += noise.next(Epsilon.of(0.1));
    }
    System.out.printf(
        "noise: %.1f us a number (sum %d)%n", (clock.nanoTime() - begin) / 1e3 / DRAWS, sum);
  }

  private static List<Sample> samples(int second, RandomGenerator random, Clock clock) {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < SAMPLES_A_SECOND; i++) {
      var values = new float[FEATURES];
      for (int feature = 0; feature < FEATURES; feature++) {
        values[feature] = random.nextFloat();
      }
      samples.add(
          Samples.sample("request-" + second + "-" + i, "1", clock.now())
              .clearInputs()
              .addInputs(Samples.numbers("inputs", values))
              .build());
    }
    return samples;
  }
}
