package dev.weir.router.limit;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * The clients' usages, in a table of fixed size: a client can be in one of {@value #WAYS} slots
 * that its name's hash gives. A new client takes an empty slot or that of a client that can be
 * forgotten without a difference; when there is none, it shares its route's common usage, which is
 * counted. So neither many clients nor made-up names cost memory, and finding one costs the same
 * always. Thread-safe, lock-free; a client whose first requests come at the very same time may for
 * a moment be found twice.
 */
final class ClientTable {
  private static final int WAYS = 8;

  private final AtomicReferenceArray<ClientUsage> slots;
  private final int mask;
  private final LongAdder withoutRoom = new LongAdder();

  /**
   * @param clients how many there is room for, rounded up to a power of two
   */
  ClientTable(int clients) {
    int size = Math.max(WAYS, Integer.highestOneBit(Math.max(1, clients - 1)) << 1);
    this.slots = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
  }

  ClientUsage find(RouteUsage route, String client, long nowNanos) {
    int first = mix(client.hashCode() * 31 + route.hash()) & mask & -WAYS;
    for (int i = first; i < first + WAYS; i++) {
      ClientUsage there = slots.get(i);
      if (there != null && there.is(route, client)) {
        return there;
      }
    }
    return place(first, route, client, nowNanos);
  }

  private ClientUsage place(int first, RouteUsage route, String client, long nowNanos) {
    var fresh = new ClientUsage(route, client, nowNanos);
    for (int i = first; i < first + WAYS; i++) {
      ClientUsage there = slots.get(i);
      if (there != null && there.is(route, client)) {
        return there;
      }
      boolean free = there == null || there.retireIfIdle(nowNanos);
      if (free && slots.compareAndSet(i, there, fresh)) {
        return fresh;
      }
      ClientUsage winner = slots.get(i);
      if (winner != null && winner.is(route, client)) {
        return winner;
      }
    }
    withoutRoom.increment();
    return route.common();
  }

  private static int mix(int hash) {
    int mixed = hash * 0x9E3779B9;
    return mixed ^ mixed >>> 15;
  }

  /** Requests of clients that had to share a usage. */
  long withoutRoom() {
    return withoutRoom.sum();
  }
}
