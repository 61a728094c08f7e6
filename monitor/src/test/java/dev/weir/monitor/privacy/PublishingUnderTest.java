package dev.weir.monitor.privacy;

import dev.weir.monitor.inspect.Inspection;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;

/** Counts and releases in a folder, with a clock that stands still until told. */
final class PublishingUnderTest implements AutoCloseable {
  private static final int MAX_FEATURES = 10;

  final PrivacyCounts counts = new PrivacyCounts();
  final TestClock clock;
  final ReleaseStore store;
  final PublishedCounts published;
  final Publisher publisher;
  private final Path folder;
  private final Inspection inspection;
  private Snapshot snapshot = Snapshot.getDefaultInstance();

  PublishingUnderTest(Path folder) {
    this(folder, new TestClock());
  }

  PublishingUnderTest(Path folder, TestClock clock) {
    this.folder = folder;
    this.clock = clock;
    this.store = ReleaseStore.open(folder.resolve("published.db"));
    this.published =
        new PublishedCounts(store, PrivacyConfig.defaults(), MAX_FEATURES, counts, clock);
    this.publisher = new Publisher(store, published, counts, clock, Randomness.seeded(5));
    this.inspection =
        new Inspection(100_000, MAX_FEATURES, new IntakeCounts(), List.of(published::observe));
  }

  /** Ends this one without writing what was counted last, and begins another in the same folder. */
  PublishingUnderTest restarted() {
    close();
    var next = new PublishingUnderTest(folder, clock);
    next.follow(snapshot);
    return next;
  }

  void follow(ModelVersion.Builder... versions) {
    follow(Samples.snapshot(versions));
  }

  private void follow(Snapshot newest) {
    snapshot = newest;
    published.follow(newest);
    inspection.follow(newest);
  }

  void take(Sample... samples) {
    inspection.samples(List.of(samples));
    inspection.work();
  }

  /** Takes samples of a version, now. */
  void take(String version, int times, String predictedClass, float amount, float country) {
    Sample sample =
        Samples.sample("r", version, clock.now())
            .clearPredictedClasses()
            .addPredictedClasses(predictedClass)
            .clearInputs()
            .addInputs(Samples.numbers("inputs", amount, country))
            .build();
    var all = new Sample[times];
    Arrays.fill(all, sample);
    take(all);
  }

  LocalDate today() {
    return PublishedCounts.dayOf(clock.now());
  }

  /** Writes, and waits until today is closed. */
  LocalDate closeToday() {
    LocalDate day = today();
    published.write();
    clock.advance(Duration.ofHours(25));
    return day;
  }

  Publisher.Answer publish(LocalDate day, String statistic, double epsilon) {
    return publisher.publish(
        new Publisher.Order("ada", "fraud", day, statistic, Epsilon.of(epsilon)));
  }

  /** Exact counts of a version. */
  List<Long> exact(LocalDate day, String statistic, String version) {
    return store.counted("fraud", day, statistic).stream()
        .filter(each -> each.version().equals(version))
        .flatMap(each -> Arrays.stream(each.counts()).boxed())
        .toList();
  }

  @Override
  public void close() {
    store.close();
  }
}
