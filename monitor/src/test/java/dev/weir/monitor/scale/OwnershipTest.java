package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OwnershipTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 12})
  void each_partition_has_one_owner(int monitors) {
    for (int partition = 0; partition < 12; partition++) {
      int of = partition;
      assertThat(
              IntStream.range(0, monitors)
                  .filter(index -> new Ownership(new Share(index, monitors), 12).owns(of)))
          .hasSize(1);
    }
  }

  @Test
  void a_route_is_where_kafka_puts_its_name() {
    var ownership = new Ownership(Share.WHOLE, 12);
    for (String route : List.of("fraud", "churn", "", "übersetzung")) {
      assertThat(ownership.partitionOf(route))
          .isEqualTo(
              BuiltInPartitioner.partitionForKey(route.getBytes(StandardCharsets.UTF_8), 12));
    }
    assertThat(ownership.partitionOf("fraud")).as("for ever").isEqualTo(10);
  }

  @Test
  void only_rollouts_of_owned_routes_are_followed() {
    var snapshot = Snapshot.newBuilder();
    TwoRoutes.ROUTES.forEach(route -> snapshot.addRollouts(TwoRoutes.rollout(route)));
    for (int index = 0; index < 2; index++) {
      var ownership = new Ownership(new Share(index, 2), 4);
      assertThat(ownership.own(snapshot.build()).getRolloutsList())
          .extracting(Rollout::getModel)
          .containsExactlyElementsOf(
              TwoRoutes.ROUTES.stream().filter(ownership::ownsRoute).toList());
    }
  }

  @Test
  void a_share_that_is_none_is_refused() {
    assertThat(Share.parse("share", "2/3")).isEqualTo(new Share(2, 3));
    for (String wrong : List.of("3/3", "1", "-1/2", "0/0", "0/1001", "a/b")) {
      assertThatThrownBy(() -> Share.parse("share", wrong))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("share: " + wrong + " (expected: index/count");
    }
  }
}
