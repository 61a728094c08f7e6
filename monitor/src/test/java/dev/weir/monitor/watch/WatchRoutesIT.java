package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the watches know, over a real HTTP server. */
final class WatchRoutesIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Findings NOBODY =
      new Findings() {
        @Override
        public void firing(Finding finding) {}

        @Override
        public void quiet(Finding.Identity identity) {}
      };

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final LabelWatch labels = new LabelWatch(WatchConfig.defaults(), counts, NOBODY, clock);
  private final StandingWatch drift =
      new StandingWatch(
          WatchConfig.defaults(),
          counts,
          NOBODY,
          (route, model, version, feature, isInput, second) -> Optional.empty(),
          clock,
          Randomness.seeded(1));
  private WebServer server;

  @BeforeEach
  void start() {
    HttpRouting.Builder routes = HttpRouting.builder();
    new LabelRoutes(labels).addTo(routes);
    new WatchRoutes(drift).addTo(routes);
    server = WebServer.builder().host("127.0.0.1").port(0).addRouting(routes).build().start();
    Snapshot snapshot =
        Snapshot.newBuilder()
            .addVersions(version("1", true))
            .addVersions(version("2", false))
            .build();
    labels.follow(snapshot);
    drift.follow(snapshot);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private static ModelVersion version(String name, boolean hasReference) {
    ModelVersion.Builder version = ModelVersion.newBuilder().setModel("m").setVersion(name);
    if (hasReference) {
      version
          .setReference(
              Reference.newBuilder()
                  .setRows(1_000)
                  .addFeatures(
                      FeatureReference.newBuilder()
                          .setName("sex")
                          .setIndex(0)
                          .putCategories("1", 0.6)
                          .putCategories("2", 0.35)
                          .putCategories("3", 0.05)))
          .setMonitoring(
              MonitoringPolicy.newBuilder()
                  .addGroupFeatures("sex")
                  .setFavourableClass("1")
                  .setSeasonal(true));
    }
    return version.build();
  }

  private Sample sample(String version, int number) {
    return Sample.newBuilder()
        .setRequestId("r" + number)
        .setModel("m")
        .setVersion(version)
        .setAt(Timestamp.newBuilder().setSeconds(clock.now().getEpochSecond()))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("sex")
                .setDatatype("INT8")
                .addShape(1)
                .setRaw(ByteString.copyFrom(new byte[] {(byte) (1 + number % 2)})))
        .addPredictedClasses(number % 3 == 0 ? "0" : "1")
        .addConfidences(0.75f)
        .addProbabilities(number % 3 == 0 ? 0.75f : 0.25f)
        .addProbabilities(number % 3 == 0 ? 0.25f : 0.75f)
        .build();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.port() + "/api/v1/" + path))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.statusCode()).isEqualTo(200);
      return JSON.readTree(response.body());
    }
  }

  @Test
  void labels_come_with_measures_intervals_and_groups() throws Exception {
    for (int i = 0; i < 600; i++) {
      Sample sample = sample("1", i);
      labels.samples(List.of(sample));
      labels.labels(
          List.of(
              new LabelledPrediction(
                  sample, Feedback.newBuilder().addTrueClasses(i % 4 == 0 ? "0" : "1").build())));
    }
    assertThat(get("labels?version=9")).isEmpty();
    JsonNode version = get("labels?version=1").get(0);
    for (String measure : List.of("accuracy", "auc", "logLoss", "brier")) {
      double value = version.get(measure).asDouble();
      assertThat(version.get(measure + "Low").asDouble()).as(measure).isLessThan(value);
      assertThat(version.get(measure + "High").asDouble()).as(measure).isGreaterThan(value);
    }
    assertThat(version.get("classes").get(0).get("precision").asDouble()).isBetween(0.0, 1.0);
    JsonNode first = version.get("groups").get(0);
    assertThat(first.get("group").asText()).isEqualTo("1");
    assertThat(first.get("gapLow").asDouble()).isNegative();
    assertThat(first.get("labelledFavourable").get("enough").asBoolean()).isTrue();
    assertThat(first.get("equalisedOdds").get("enough").asBoolean()).isFalse();
    JsonNode other = version.get("groups").get(2);
    assertThat(other.get("merged").get(0).asText()).isEqualTo("3");
    assertThat(other.has("rate")).isFalse();
  }

  @Test
  void each_comparison_of_a_version_is_an_entry() throws Exception {
    for (int i = 0; i < 300; i++) {
      drift.samples(List.of(sample("1", i), sample("2", i)));
      drift.work();
    }
    JsonNode first = get("drift?version=1");
    assertThat(first.findValuesAsText("comparedWith")).containsExactly("reference", "last_week");
    assertThat(first.get(0).get("referenceRows").asLong()).isEqualTo(1_000);
    assertThat(first.get(0).get("requestIds").get("requests").asLong()).isEqualTo(300);
    assertThat(first.get(1).has("requestIds")).isFalse();
    JsonNode second = get("drift?version=2").get(0);
    assertThat(second.get("comparedWith").asText()).isEqualTo("frozen");
    assertThat(second.get("collectingRows").asInt()).isEqualTo(299);
  }
}
