package dev.weir.monitor.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Snapshot;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How much of a core the standing watch takes: samples of 50 features, 40 of them numbers and 10
 * categories of eight values each, and a predicted class, in slices of 400, as they come at 2,000 a
 * second; a window ends every 100,000 rows. Prints the processor time of the watching thread for a
 * sample, and the share of a core at 2,000 samples a second. Arguments: samples (default 200,000),
 * seed (1).
 */
final class WatchBenchmark {
  private static final int NUMBERS = 40;
  private static final int FEATURES = 50;
  private static final int SLICE = 400;
  private static final int PER_SECOND = 2_000;
  private static final int DIFFERENT_SLICES = 50;

  private static long millis = 1_767_225_600_000L;

  private WatchBenchmark() {}

  public static void main(String[] arguments) {
    int samples = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
    RandomGenerator random =
        Randomness.seeded(arguments.length > 1 ? Long.parseLong(arguments[1]) : 1);
    var watch =
        new StandingWatch(
            WatchConfig.defaults(),
            new IntakeCounts(),
            new Findings() {
              @Override
              public void firing(Finding finding) {}

              @Override
              public void quiet(Finding.Identity identity) {}
            },
            (route, model, version, feature, isInput, second) -> Optional.empty(),
            Clock.system(),
            random);
    watch.follow(snapshot());
    var slices = new ArrayList<List<Sample>>();
    for (int i = 0; i < DIFFERENT_SLICES; i++) {
      slices.add(slice(random));
    }
    run(watch, slices, samples / 4);
    long nanos = run(watch, slices, samples);
    System.out.printf(
        "%.1f us a sample, %.1f %% of a core at %,d samples/s of %d features%n",
        nanos / 1e3 / samples, 100.0 * nanos / samples * PER_SECOND / 1e9, PER_SECOND, FEATURES);
    long begin = cpuNanos();
    watch.evidence();
    long evidence = cpuNanos() - begin;
    begin = cpuNanos();
    watch.views();
    System.out.printf(
        "evidence for metrics %.2f ms, view with panels %.1f ms%n",
        evidence / 1e6, (cpuNanos() - begin) / 1e6);
  }

  private static long run(StandingWatch watch, List<List<Sample>> slices, int samples) {
    long nanos = 0;
    for (int i = 0; i < samples / SLICE; i++) {
      List<Sample> slice = at(millis, slices.get(i % slices.size()));
      millis += SLICE * 1_000L / PER_SECOND;
      long begin = cpuNanos();
      watch.samples(slice);
      watch.work();
      nanos += cpuNanos() - begin;
    }
    return nanos;
  }

  private static List<Sample> at(long millis, List<Sample> slice) {
    Timestamp at = Timestamp.newBuilder().setSeconds(millis / 1_000).build();
    return slice.stream().map(sample -> sample.toBuilder().setAt(at).build()).toList();
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static List<Sample> slice(RandomGenerator random) {
    var slice = new ArrayList<Sample>();
    for (int i = 0; i < SLICE; i++) {
      ByteBuffer raw = ByteBuffer.allocate(4 * FEATURES).order(ByteOrder.LITTLE_ENDIAN);
      for (int feature = 0; feature < FEATURES; feature++) {
        raw.putFloat(feature < NUMBERS ? (float) random.nextDouble() : random.nextInt(8));
      }
      slice.add(
          Sample.newBuilder()
              .setModel("m")
              .setVersion("1")
              .setAssignment(Assignment.newBuilder().setRoute("r"))
              .addInputs(
                  SampleTensor.newBuilder()
                      .setName("x")
                      .setDatatype("FP32")
                      .addShape(1)
                      .addShape(FEATURES)
                      .setRaw(ByteString.copyFrom(raw.array())))
              .addPredictedClasses(random.nextBoolean() ? "1" : "0")
              .build());
    }
    return slice;
  }

  private static Snapshot snapshot() {
    var reference = Reference.newBuilder().setRows(50_000);
    for (int i = 0; i < FEATURES; i++) {
      var feature = FeatureReference.newBuilder().setName("f" + i).setIndex(i);
      if (i < NUMBERS) {
        for (int q = 0; q <= 100; q++) {
          feature.addQuantiles(q / 100.0);
        }
      } else {
        for (int category = 0; category < 8; category++) {
          feature.putCategories(Integer.toString(category), 1 / 8.0);
        }
      }
      reference.addFeatures(feature);
    }
    reference.addFeatures(
        FeatureReference.newBuilder()
            .setName("prediction")
            .setIndex(-1)
            .putCategories("0", 0.5)
            .putCategories("1", 0.5));
    return Snapshot.newBuilder()
        .addVersions(
            ModelVersion.newBuilder().setModel("m").setVersion("1").setReference(reference))
        .build();
  }
}
