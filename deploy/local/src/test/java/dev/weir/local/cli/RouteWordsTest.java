package dev.weir.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.weir.proto.route.v1.CachedAnswer;
import dev.weir.proto.route.v1.ConfidenceGate.Statistic;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class RouteWordsTest {
  private static final Path EXAMPLE = Path.of("../../docs/examples/route-with-policy.json");

  @Test
  void the_example_with_every_part_is_told_in_words() throws IOException {
    Route.Builder route = Route.newBuilder();
    JsonFormat.parser().merge(Files.readString(EXAMPLE), route);

    assertThat(RouteWords.of(route.setGeneration(7).build()))
        .isEqualTo(
            """
            route fraud, generation 7: small = fraud/3 100 %, large = fraud/4 0 %
            mirror: 5 % of the requests go to fraud/5 too, whose answers reach nobody; 8 at a time per router, 500 ms for each, none over 1,048,576 bytes
            gate: an answer is held back when the lead of the largest over the second largest of probabilities is under 0.2 in any row
            ladder 1: variant large (fraud/4), after an answer held back, no worker that answers or a try that took too long
            ladder 2: the last answer to the same request, up to 60 s old, of 10,000 kept, after no worker that answers or a try that took too long
            ladder 3: always the same answer (label), after no worker that answers, a try that took too long or an error of the model
            """);
  }

  @Test
  void a_plain_route_says_nothing_of_what_it_has_not() {
    assertThat(RouteWords.of(Route.newBuilder().setName("r").setGeneration(1).build()))
        .isEqualTo("route r, generation 1: \n");
  }

  @Test
  void what_is_left_out_is_told_as_it_will_be() {
    var route = Route.newBuilder().setName("r");
    route.getMirrorBuilder().setModel("m").setVersion("2").setShareBasisPoints(25);
    var fallback =
        Fallback.newBuilder()
            .addRungs(FallbackRung.newBuilder().setVariant("gone"))
            .addRungs(FallbackRung.newBuilder().setCached(CachedAnswer.getDefaultInstance()));
    fallback
        .getConfidenceBuilder()
        .setOutput("logits")
        .setStatistic(Statistic.LARGEST_OF_SOFTMAX)
        .setThreshold(1);

    assertThat(RouteWords.of(route.setFallback(fallback).build()).lines().skip(1))
        .containsExactly(
            "mirror: 0.25 % of the requests go to m/2 too, whose answers reach nobody; 16 at a time per router, 1 s for each, none over 1,048,576 bytes",
            "gate: an answer is held back when the largest, after softmax, of logits is under 1 in any row",
            "ladder 1: variant gone, after no worker that answers or a try that took too long",
            "ladder 2: the last answer to the same request, up to 60 s old, of 1,000 kept, after no worker that answers or a try that took too long");
  }

  @Test
  void a_diverted_route_says_where_its_requests_go_and_what_it_is_otherwise() {
    var old = Variant.newBuilder().setName("old").setModel("m").setVersion("1");
    var now = Variant.newBuilder().setName("now").setModel("m").setVersion("2");
    Route restored =
        Route.newBuilder()
            .setName("r")
            .setGeneration(3)
            .addVariants(now.setWeightBasisPoints(10_000))
            .addVariants(old)
            .build();
    Route.Builder published =
        Route.newBuilder()
            .setName("r")
            .setGeneration(3)
            .addVariants(now.setWeightBasisPoints(0))
            .addVariants(old.setWeightBasisPoints(10_000));
    published
        .getDiversionBuilder()
        .setVariant("old")
        .setBy("ada")
        .setReason("errors")
        .setRestored(restored);
    assertThat(RouteWords.of(published.build()))
        .isEqualTo(
            """
            route r is diverted: all requests go to old (m/1) since 1970-01-01T00:00:00Z, by ada: errors
            route r, generation 3: now = m/2 100 %, old = m/1 0 %
            """);
    assertThat(RouteWords.restored(published.build())).isEqualTo(restored);
  }
}
