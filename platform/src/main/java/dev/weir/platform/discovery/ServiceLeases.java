package dev.weir.platform.discovery;

import dev.weir.proto.discovery.v1.WatchResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The leases of one service and who watches it. Guarded by the lock of {@link
 * EmbeddedDiscoveryService}, but for {@link #newest}, which watches read.
 */
final class ServiceLeases {
  final TreeMap<String, Lease> byId = new TreeMap<>();
  final Set<WatchStream> watches = new LinkedHashSet<>();
  private volatile WatchResponse newest;

  ServiceLeases(boolean starting) {
    newest = WatchResponse.newBuilder().setStarting(starting).build();
  }

  WatchResponse newest() {
    return newest;
  }

  /** Makes the list anew. Returns whom to tell, once the lock is released. */
  List<WatchStream> changed(boolean starting) {
    var list = WatchResponse.newBuilder().setStarting(starting);
    byId.values().forEach(lease -> list.addInstances(InstanceMessages.toMessage(lease.instance)));
    newest = list.build();
    return List.copyOf(watches);
  }
}
