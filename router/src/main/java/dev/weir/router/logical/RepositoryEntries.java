package dev.weir.router.logical;

import dev.weir.proto.inference.RepositoryIndexResponse;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.CompiledRoute;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.RoutingTable;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The repository index: one entry per version that a client may name. */
final class RepositoryEntries {
  private RepositoryEntries() {}

  /**
   * @param onlyReady leave out what would not be answered now
   * @param caller who asks: what it may not call is left out; null: nobody has proven it
   */
  static RepositoryIndexResponse of(
      RoutingTable table, ServedModels models, boolean onlyReady, @Nullable ClientIdentity caller) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (CompiledRoute route : table.routes()) {
      if (route.refusal(caller) != null) {
        continue;
      }
      route.byVersion().entrySet().stream()
          .sorted(Comparator.comparing(Map.Entry<Long, RouteVariant>::getKey))
          .forEach(entry -> {
            boolean ready = models.isReady(entry.getValue());
            if (ready || !onlyReady) {
              index.addModels(
                  RepositoryIndexResponse.ModelIndex.newBuilder()
                      .setName(route.name())
                      .setVersion(String.valueOf(entry.getKey()))
                      .setState(ready ? "READY" : "UNAVAILABLE")
                      .setReason(ready ? "" : "no ready worker has it"));
            }
          });
    }
    return index.build();
  }
}
