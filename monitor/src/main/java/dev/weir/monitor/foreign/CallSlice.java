package dev.weir.monitor.foreign;

import dev.weir.monitor.intake.Stratum;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An open second of one sender's calls, by stratum. Mutable, not thread-safe. */
final class CallSlice {
  private static final int MAX_STRATA = 256;

  /**
   * Which calls are alike when some have to go: those of a rollout, both arms together, or of a
   * route, that ended alike.
   */
  record Kind(String population, int status) {
    static Kind of(ForeignCall call) {
      return new Kind(
          call.draw().map(ForeignCall.Draw::rolloutId).orElse(call.served().route()),
          call.status());
    }
  }

  private final Map<Kind, Stratum<ForeignCall>> strata = new LinkedHashMap<>();

  /** Spans that were in, also when they had to go again. */
  private final Set<Long> spans = new HashSet<>();

  private long arrived;

  /** What became of a call that was offered. */
  enum Admission {
    IN,
    REPEATED,
    NO_ROOM
  }

  Admission offer(ForeignCall call) {
    if (spans.contains(call.spanId())) {
      return Admission.REPEATED;
    }
    Kind kind = Kind.of(call);
    if (strata.size() >= MAX_STRATA && !strata.containsKey(kind)) {
      kind = new Kind("other", 0);
    }
    Stratum<ForeignCall> stratum = strata.computeIfAbsent(kind, k -> new Stratum<>());
    if (!stratum.offer(mix(call.spanId()), arrived++, call)) {
      return Admission.NO_ROOM;
    }
    spans.add(call.spanId());
    return Admission.IN;
  }

  /** Span ids are drawn at random; this is so that it need not be believed. */
  private static long mix(long id) {
    long z = (id ^ (id >>> 33)) * 0xff51_afd7_ed55_8ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
    return z ^ (z >>> 33);
  }

  Collection<Stratum<ForeignCall>> strata() {
    return strata.values();
  }

  int size() {
    return strata.values().stream().mapToInt(Stratum::size).sum();
  }

  /** The calls that are left, by when they began. */
  List<ForeignCall> calls() {
    var left = new ArrayList<ForeignCall>();
    strata
        .values()
        .forEach(
            stratum -> stratum.above(Long.MIN_VALUE).forEach(member -> left.add(member.item())));
    left.sort(
        Comparator.comparingLong(ForeignCall::startNanos).thenComparingLong(ForeignCall::spanId));
    return left;
  }
}
