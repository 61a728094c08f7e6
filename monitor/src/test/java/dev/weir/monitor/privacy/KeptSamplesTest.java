package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeptSamplesTest {
  private static final long DAY = 86_400;

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private PrivacyCounts counts = new PrivacyCounts();
  private SampleStore store;
  private KeptSamples kept;

  @BeforeEach
  void open() {
    open(config(10_000, 64 << 20));
  }

  private void open(PrivacyConfig config) {
    if (store != null) {
      store.close();
    }
    counts = new PrivacyCounts();
    store = SampleStore.open(folder.resolve("samples.db"));
    kept = new KeptSamples(store, config, counts, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static PrivacyConfig config(long maxSamples, long maxWaitingBytes) {
    PrivacyConfig usual = PrivacyConfig.defaults();
    return new PrivacyConfig(
        usual.writeInterval(),
        usual.maxKeptBytes(),
        maxSamples,
        usual.maxKeptFor(),
        maxWaitingBytes,
        usual.maxAnswerSamples(),
        usual.maxAnswerBytes(),
        usual.maxQueries(),
        usual.maxPublishedVersions(),
        usual.publishedKept());
  }

  private Sample sample(String id, String version) {
    return Samples.sample(id, version, clock.now()).build();
  }

  private void take(String version, String... ids) {
    kept.samples(Stream.of(ids).map(id -> sample(id, version)).toList());
  }

  private List<String> ids(Map<String, String> parameters) {
    SampleQuery query =
        SampleQuery.read(
            name -> Optional.ofNullable(parameters.get(name)), clock.now().toEpochMilli(), 1_000);
    return store.find(query, 1 << 20).samples().stream().map(Sample::getRequestId).toList();
  }

  @Test
  void nothing_is_kept_of_a_version_whose_policy_does_not_say_so() throws IOException {
    take("1", "before-any-snapshot");
    kept.follow(
        Samples.snapshot(Samples.kept("1", DAY), Samples.version("2"), Samples.kept("3", 0)));
    take("2", "no-policy");
    take("3", "no-time");
    take("4", "unknown-version");
    kept.samples(
        List.of(
            Samples.sample("copy", "1", clock.now())
                .setAssignment(sample("x", "1").getAssignment().toBuilder().setMirrored(true))
                .build()));
    assertThat(kept.write()).isTrue();
    assertThat(ids(Map.of())).isEmpty();
    assertThat(files())
        .doesNotContain("before-any-snapshot", "no-policy", "no-time", "unknown-version", "copy");
  }

  @Test
  void a_sample_is_kept_whole_through_a_restart_and_answered_newest_first() {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY), Samples.kept("2", DAY)));
    take("1", "a");
    clock.advance(Duration.ofSeconds(1));
    take("2", "b");
    clock.advance(Duration.ofSeconds(1));
    Sample last = sample("c", "1");
    kept.samples(List.of(last));
    kept.write();
    open(PrivacyConfig.defaults());
    assertThat(ids(Map.of())).containsExactly("c", "b", "a");
    assertThat(ids(Map.of("version", "1"))).containsExactly("c", "a");
    assertThat(ids(Map.of("model", "other"))).isEmpty();
    assertThat(ids(Map.of("from", "-1"))).containsExactly("c", "b");
    assertThat(ids(Map.of("to", "-1"))).containsExactly("a");
    assertThat(ids(Map.of("limit", "2"))).containsExactly("c", "b");
    assertThat(store.find(new SampleQuery("", "", 0, Long.MAX_VALUE, 1), 1).samples())
        .containsExactly(last);
    assertThat(store.find(new SampleQuery("", "", 0, Long.MAX_VALUE, 3), 1).more()).isTrue();
    assertThat(store.find(new SampleQuery("", "", 0, Long.MAX_VALUE, 3), 1 << 20).more()).isFalse();
  }

  @Test
  void samples_go_when_the_time_of_their_policy_is_over() {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY), Samples.kept("2", 2 * DAY)));
    take("1", "short");
    take("2", "long");
    kept.write();
    clock.advance(Duration.ofDays(1).minusMillis(1));
    kept.write();
    assertThat(ids(Map.of())).containsExactlyInAnyOrder("short", "long");
    clock.advance(Duration.ofMillis(1));
    kept.write();
    assertThat(ids(Map.of())).containsExactly("long");
    assertThat(counts.of(PrivacyEvent.SAMPLES_EXPIRED)).isOne();
  }

  @Test
  void a_policy_without_a_time_means_a_week() {
    ModelVersion.Builder week =
        Samples.version("1").setMonitoring(MonitoringPolicy.newBuilder().setKeepSamples(true));
    kept.follow(Samples.snapshot(week));
    take("1", "a");
    kept.write();
    clock.advance(Duration.ofDays(7).minusMillis(1));
    kept.write();
    assertThat(ids(Map.of())).containsExactly("a");
    clock.advance(Duration.ofMillis(1));
    kept.write();
    assertThat(ids(Map.of())).isEmpty();
  }

  @Test
  void a_shorter_time_goes_for_what_is_kept_already() {
    kept.follow(Samples.snapshot(Samples.kept("1", 9 * DAY)));
    take("1", "a");
    kept.write();
    clock.advance(Duration.ofDays(2));
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    kept.write();
    assertThat(ids(Map.of())).isEmpty();
  }

  @Test
  void a_workers_clock_does_not_make_a_sample_stay_longer() {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    kept.samples(List.of(Samples.sample("a", "1", clock.now().plusSeconds(90 * DAY)).build()));
    kept.write();
    clock.advance(Duration.ofDays(1));
    kept.write();
    assertThat(ids(Map.of())).isEmpty();
  }

  @Test
  void switching_the_policy_off_deletes_what_was_kept_and_what_waits() throws IOException {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY), Samples.kept("2", DAY)));
    take("1", "written-one");
    take("2", "another");
    kept.write();
    take("1", "waiting-one");
    kept.follow(Samples.snapshot(Samples.version("1"), Samples.kept("2", DAY)));
    kept.write();
    assertThat(ids(Map.of())).containsExactly("another");
    assertThat(files()).contains("another").doesNotContain("written-one", "waiting-one");
    assertThat(counts.of(PrivacyEvent.SAMPLES_OF_NO_POLICY)).isOne();
  }

  @Test
  void what_was_kept_of_a_version_that_is_used_no_more_stays_for_its_time() {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    take("1", "a");
    kept.write();
    kept.follow(Samples.snapshot(Samples.kept("2", DAY)));
    kept.write();
    open(PrivacyConfig.defaults());
    kept.write();
    assertThat(ids(Map.of())).containsExactly("a");
    clock.advance(Duration.ofDays(1));
    kept.write();
    assertThat(ids(Map.of())).isEmpty();
  }

  @Test
  void beyond_the_limit_the_oldest_go_and_are_counted() {
    open(config(1_000, 64 << 20));
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    IntStream.range(0, 1_003).forEach(i -> take("1", "r" + i));
    kept.write();
    assertThat(store.total().samples()).isEqualTo(1_000);
    assertThat(counts.of(PrivacyEvent.SAMPLES_OVER_LIMIT)).isEqualTo(3);
    assertThat(store.alsoKnownAs(requests("r2")).isEmpty()).isTrue();
    assertThat(store.alsoKnownAs(requests("r3")).isEmpty()).isFalse();
  }

  @Test
  void what_does_not_fit_into_memory_is_counted() {
    open(config(1_000, 1 << 16));
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    IntStream.range(0, 1_000).forEach(i -> take("1", "r" + i));
    kept.write();
    long written = counts.of(PrivacyEvent.SAMPLES_KEPT);
    assertThat(written).isBetween(100L, 999L);
    assertThat(written + counts.of(PrivacyEvent.SAMPLES_NOT_KEPT)).isEqualTo(1_000);
    assertThat(store.total().samples()).isEqualTo(written);
    assertThat(store.total().bytes()).isLessThanOrEqualTo(1 << 16);
  }

  private static Erasure requests(String... ids) {
    return new Erasure(Set.of(ids), Set.of(), Set.of());
  }

  @Test
  void what_is_erased_is_in_no_file_any_more() throws IOException {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    take("1", "by-request", "by-unit", "by-trace", "another");
    kept.write();
    take("1", "by-request-waiting", "another-waiting");
    assertThat(files()).contains("by-request", "by-unit", "by-trace", "another");
    Erasure erasure =
        new Erasure(
            Set.of("by-request", "by-request-waiting", "unheard-of"),
            Set.of(Samples.unit("by-unit")),
            Set.of(Samples.trace("by-trace")));
    assertThat(kept.alsoKnownAs(erasure))
        .isEqualTo(
            new Erasure(
                Set.of("by-request", "by-unit"),
                Set.of(),
                Set.of(Samples.trace("by-request"), Samples.trace("by-unit"))));
    assertThat(kept.erase(erasure)).isEqualTo(4);
    assertThat(kept.erase(erasure)).isZero();
    kept.write();
    assertThat(files())
        .contains("another", "another-waiting")
        .doesNotContain("by-request", "by-unit", "by-trace");
    assertThat(ids(Map.of())).containsExactlyInAnyOrder("another", "another-waiting");
  }

  /** All bytes of the database's files. */
  private String files() throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @Test
  void the_files_are_the_owners_alone() throws IOException {
    kept.follow(Samples.snapshot(Samples.kept("1", DAY)));
    take("1", "a");
    kept.write();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList())
          .hasSizeGreaterThan(1)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .as(file.toString())
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void a_query_that_makes_no_sense_is_refused_with_its_rule() {
    assertThatThrownBy(() -> ids(Map.of("limit", "0")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("limit: 0 (expected: 1 to 1000)");
    assertThatThrownBy(() -> ids(Map.of("from", "yesterday")))
        .hasMessageContaining("from: \"yesterday\" (expected: a whole number)");
    assertThatThrownBy(() -> ids(Map.of("from", "100", "to", "100")))
        .hasMessageContaining("from: 100 (expected: before to, 100)");
  }
}
