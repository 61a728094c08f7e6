package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.monitor.mirror.MirrorKey;
import dev.weir.monitor.mirror.MirrorResult;
import dev.weir.monitor.mirror.MirrorView;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class MirrorStateTest {
  private static final MirrorView.Request TRACED =
      new MirrorView.Request(Instant.ofEpochMilli(1_500), "request-1", "aa", "bb");
  private static final MirrorView.Request UNTRACED =
      new MirrorView.Request(Instant.ofEpochMilli(1_600), "request-2", "", "");

  private static MirrorView view(String route) {
    return new MirrorView(
        new MirrorKey(route, "fraud/4", "fraud/5"),
        Instant.ofEpochMilli(1_000),
        Instant.ofEpochMilli(2_000),
        Map.of(MirrorResult.BOTH_OK, 99L, MirrorResult.SHADOW_FAILED, 1L),
        98,
        1,
        new MirrorView.Side(Map.of(0, 100L), OptionalDouble.of(3), OptionalDouble.of(9)),
        new MirrorView.Side(Map.of(0, 99L, 14, 1L), OptionalDouble.empty(), OptionalDouble.empty()),
        60,
        List.of(
            new MirrorView.Output(
                "scores",
                "FP32",
                98,
                97,
                new MirrorView.Spread(0, 0.1, Double.POSITIVE_INFINITY),
                new MirrorView.Spread(0, 0.1, 2)),
            new MirrorView.Output(
                "words",
                "BYTES",
                98,
                98,
                new MirrorView.Spread(0, 0, 0),
                new MirrorView.Spread(0, 0, 0))),
        List.of(new MirrorView.Differing(TRACED, List.of(), "scores", 1, 0, 0.25, 0.5)),
        List.of(new MirrorView.Failing(UNTRACED, 14)));
  }

  @Test
  void the_page_gets_counts_shares_and_what_to_look_at() {
    JsonNode state = json(MirrorState.of(view("fraud"), id -> id.equals("aa")));
    assertThat(state.at("/pairs").asLong()).isEqualTo(100);
    assertThat(state.at("/results/shadow_failed").asLong()).isEqualTo(1);
    assertThat(state.at("/results/both_failed").asLong(-1)).isZero();
    assertThat(state.at("/primarySide/p99Millis").asDouble()).isEqualTo(9);
    assertThat(state.at("/shadowSide/p50Millis").isNull()).isTrue();
    assertThat(state.at("/shadowSide/statuses/14").asLong()).isEqualTo(1);
    assertThat(state.at("/outputs/0/absolute/max").asText()).isEqualTo("Infinity");
    assertThat(state.at("/outputs/1/numeric").asBoolean(true)).isFalse();
    assertThat(state.at("/differing/0/what").asText())
        .isEqualTo("scores: another label, off by up to 0.250 (50.0 %)");
    assertThat(state.at("/differing/0/traces").toString())
        .isEqualTo(
            "[{\"side\":\"primary\",\"traceId\":\"aa\",\"held\":true},"
                + "{\"side\":\"shadow\",\"traceId\":\"bb\",\"held\":false}]");
    assertThat(state.at("/failing/0/what").asText())
        .isEqualTo("the shadow failed with UNAVAILABLE");
    assertThat(state.at("/failing/0/traces")).isEmpty();
  }

  @Test
  void a_route_has_its_own_comparisons_and_the_mirror_of_now() {
    var mirrors =
        List.of(
            MirrorState.of(view("fraud"), id -> false), MirrorState.of(view("other"), id -> false));
    Route route =
        Route.newBuilder()
            .setName("fraud")
            .setMirror(
                Mirror.newBuilder().setModel("fraud").setVersion("6").setShareBasisPoints(500))
            .build();
    RouteState state = RouteState.of(route, Map.of(), Map.of(), Map.of(), mirrors);
    assertThat(state.mirrors()).extracting(MirrorState::route).containsExactly("fraud");
    assertThat(state.mirror()).isEqualTo("fraud/6");
    assertThat(state.mirrorBasisPoints()).isEqualTo(500);
    assertThat(
            RouteState.of(Route.getDefaultInstance(), Map.of(), Map.of(), Map.of(), List.of())
                .mirror())
        .isEmpty();
  }

  @Test
  void a_difference_is_said_in_words() {
    assertThat(words(List.of("a", "b", "c", "d"), "", 0, 0, 0, 0))
        .isEqualTo("not alike in form: a, b, c, …");
    assertThat(words(List.of("a"), "scores", 4, 3, 0, 0))
        .isEqualTo("not alike in form: a; scores: another label in 1 of 4 rows");
    assertThat(words(List.of(), "scores", 2, 2, 1e-5, 0.001))
        .isEqualTo("scores: same labels, off by up to 1.00e-05 (0.1 %)");
    assertThat(words(List.of(), "scores", 1, 1, Double.POSITIVE_INFINITY, 2))
        .isEqualTo("scores: same label, a value of one of the two is no number");
  }

  private static String words(
      List<String> unlike, String output, long rows, long agreeing, double absolute, double rel) {
    return MirrorWords.of(
        new MirrorView.Differing(UNTRACED, unlike, output, rows, agreeing, absolute, rel));
  }

  private static JsonNode json(MirrorState state) {
    return new ObjectMapper().valueToTree(state);
  }
}
