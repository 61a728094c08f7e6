package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.VariantKey;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ForeignRoutesTest {
  private static final RouteState OWN =
      RouteState.of(
          Route.newBuilder()
              .setName("fraud")
              .setGeneration(3)
              .addVariants(Variant.newBuilder().setName("stable").setVersion("1"))
              .build(),
          Map.of(),
          Map.of(),
          Map.of(),
          List.of());

  private static TrafficSeries series(long requests) {
    var counts = new SecondCounts();
    counts.reset(100);
    counts.add(OutcomeCell.newBuilder().setStarted(requests).build());
    return TrafficSeries.endingAt(100, second -> second == 100 ? counts : null);
  }

  @Test
  void foreign_variants_stand_at_the_end_of_their_route_and_foreign_routes_behind_the_others() {
    List<RouteState> routes =
        ForeignRoutes.beside(
            List.of(OWN),
            Map.of(
                new VariantKey("fraud", "stable", "1"), series(5),
                new VariantKey("shop POST /score", "default", "2"), series(1),
                new VariantKey("silent", "default", "2"), series(0)));
    assertThat(routes).extracting(RouteState::name).containsExactly("fraud", "shop POST /score");
    assertThat(routes.getFirst().variants())
        .extracting(RouteState.VariantState::foreign)
        .containsExactly(false, true);
    assertThat(routes.getLast().generation()).isZero();
    assertThat(routes.getLast().variants())
        .allSatisfy(variant -> assertThat(variant.foreign()).isTrue());
  }

  @Test
  void a_route_that_nobody_else_calls_stays_as_it_is() {
    assertThat(ForeignRoutes.beside(List.of(OWN), Map.of())).containsExactly(OWN);
  }
}
