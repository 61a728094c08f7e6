package dev.weir.registry.route;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RouteChecksTest {
  private static Route.Builder good() {
    return Route.newBuilder()
        .setName("fraud")
        .addVariants(variant("one", 9_999))
        .addVariants(variant("other", 1));
  }

  private static Variant.Builder variant(String name, int weight) {
    return Variant.newBuilder()
        .setName(name)
        .setModel("fraud")
        .setVersion("1")
        .setWeightBasisPoints(weight);
  }

  @Test
  void a_good_route_passes_with_everything_set() {
    Route route =
        good()
            .addMatches(HeaderMatch.newBuilder().setHeader("x-tenant").setVariant("other"))
            .setSticky(StickyKey.newBuilder().setParameter("user"))
            .setTimeout(Duration.newBuilder().setSeconds(600))
            .setMaxAttempts(3)
            .build();
    assertThatCode(() -> RouteChecks.check(route)).doesNotThrowAnyException();
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(r -> r.setName("-fraud"), "route.name: -fraud (expected: 1 to 128 characters"),
        bad(r -> r.clearVariants(), "route.variants count: 0 (expected: 1 to 16)"),
        bad(
            r -> r.addVariants(variant("third", 1)),
            "route.variants weight_basis_points: sum 10001 (expected: a sum of 10000)"),
        bad(
            r -> r.addVariants(variant("one", 0)),
            "route.variants[2].name: one (expected: a name used once)"),
        bad(
            r -> r.addVariants(variant("third", -1)),
            "route.variants[2].weight_basis_points: 4294967295 (expected: 0 to 10000)"),
        bad(
            r -> r.addVariants(variant("third", 0).setVersion("01")),
            "route.variants[2].version: 01 (expected: a positive decimal number"),
        bad(
            r -> r.getVariantsBuilder(0).setArm(Arm.ARM_CANARY),
            "route.variants arm: ARM_CANARY (expected: both ARM_BASELINE and ARM_CANARY, or none)"),
        bad(
            r -> r.addMatches(HeaderMatch.newBuilder().setHeader("x").setVariant("nobody")),
            "route.matches[0].variant: nobody (expected: the name of one of the route's variants)"),
        bad(
            r -> r.addMatches(HeaderMatch.newBuilder().setHeader("X").setVariant("one")),
            "route.matches[0].header: \"X\" (expected: a lower-case metadata name"),
        bad(
            r -> r.setSticky(StickyKey.getDefaultInstance()),
            "route.sticky: no source (expected: header, parameter, sequence_id or client_identity)"),
        bad(
            r -> r.setTimeout(Duration.newBuilder().setNanos(999_999)),
            "route.timeout: 0s 999999ns (expected: 1ms to 10m)"),
        bad(
            r -> r.setTimeout(Duration.newBuilder().setSeconds(600).setNanos(1_000_000)),
            "route.timeout: 600s 1000000ns (expected: 1ms to 10m)"),
        bad(r -> r.setMaxAttempts(4), "route.max_attempts: 4 (expected: 0 to 3)"));
  }

  private static Arguments bad(Consumer<Route.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_bad_route_is_refused_by_the_field_that_is_wrong(
      Consumer<Route.Builder> change, String message) {
    Route.Builder route = good();
    change.accept(route);
    assertThatThrownBy(() -> RouteChecks.check(route.build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }
}
