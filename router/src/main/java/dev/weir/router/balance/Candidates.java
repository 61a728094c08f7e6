package dev.weir.router.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one version that may be picked, and how one of them is: the better of two drawn
 * at random among those that are in rotation and have room. While some are new, each of those drawn
 * is passed over with the part of its slow start that is still to come. Immutable but for hints and
 * the rotation; thread-safe, without locks, and constant in the number of replicas as long as most
 * of them can be used.
 */
final class Candidates {
  private static final int DRAWS = 3;
  private static final int RAMP_DRAWS = 8;
  private static final int NOBODY = -1;
  private static final double LEAST_WEIGHT = 0.1;

  private final Replica[] replicas;
  private final Replica[] whole;
  private final BalanceConfig config;
  private final EjectionConfig ejection;
  private final long rampEndNanos;
  private final long oldestNanos;
  private final AtomicLong nextComparisonNanos;
  private final AtomicInteger rotation = new AtomicInteger();

  /** Value of the set's count of ejections at which none of these was out. */
  private volatile int cleanAt = -1;

  /** What is asked of a worker. */
  private record Wish(
      @Nullable Worker avoid, @Nullable Worker alsoAvoid, long nowNanos, boolean alsoEjected) {}

  /**
   * @param replicas those that this router uses
   * @param whole all of them, for what every router has to send to the same one
   * @param nextComparisonNanos when peers are compared next; outlives this object
   */
  Candidates(
      List<Replica> replicas,
      List<Replica> whole,
      BalanceConfig config,
      EjectionConfig ejection,
      AtomicLong nextComparisonNanos) {
    this.replicas = replicas.toArray(Replica[]::new);
    this.whole = whole.toArray(Replica[]::new);
    this.config = config;
    this.ejection = ejection;
    this.nextComparisonNanos = nextComparisonNanos;
    long newest = this.replicas[0].sinceNanos();
    long oldest = newest;
    for (Replica replica : replicas) {
      newest = newest - replica.sinceNanos() < 0 ? replica.sinceNanos() : newest;
      oldest = replica.sinceNanos() - oldest < 0 ? replica.sinceNanos() : oldest;
    }
    this.rampEndNanos = newest + config.slowStart().toNanos();
    this.oldestNanos = oldest;
  }

  Replica[] replicas() {
    return replicas;
  }

  AtomicLong nextComparisonNanos() {
    return nextComparisonNanos;
  }

  /** True for one caller when the window is over. */
  boolean isComparisonDue(long nowNanos) {
    long due = nextComparisonNanos.get();
    return nowNanos - due >= 0
        && nextComparisonNanos.compareAndSet(due, nowNanos + ejection.window().toNanos());
  }

  /**
   * Picks one and takes a place in its worker; null: there is none.
   *
   * @param ejections the set's count of ejections
   */
  @Nullable Replica pick(
      @Nullable Worker avoid,
      @Nullable Worker alsoAvoid,
      long nowNanos,
      int ejections,
      RandomGenerator random) {
    Replica probe = dueProbe(avoid, alsoAvoid, nowNanos, ejections);
    if (probe != null) {
      return probe;
    }
    Replica picked = start(new Wish(avoid, alsoAvoid, nowNanos, false), random);
    // one that is in rotation but full is no reason to ask those that are out
    return picked != null || isAnyIn(avoid, alsoAvoid)
        ? picked
        : start(new Wish(avoid, alsoAvoid, nowNanos, true), random);
  }

  /**
   * Takes a place in the one worker that a key belongs to, also when its replica is ejected; null:
   * it has none left.
   */
  @Nullable Replica pickFor(long key, long nowNanos) {
    Replica chosen = Rendezvous.choose(whole, key);
    return chosen.tryStart(nowNanos, config.maxInFlightPerWorker()) ? chosen : null;
  }

  private boolean isAnyIn(@Nullable Worker avoid, @Nullable Worker alsoAvoid) {
    for (Replica replica : replicas) {
      if (replica.worker() != avoid && replica.worker() != alsoAvoid && replica.isIn()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Replica dueProbe(
      @Nullable Worker avoid, @Nullable Worker alsoAvoid, long nowNanos, int ejections) {
    if (cleanAt == ejections) {
      return null;
    }
    boolean clean = true;
    for (Replica replica : replicas) {
      if (replica.isIn()) {
        continue;
      }
      clean = false;
      Worker worker = replica.worker();
      boolean free =
          worker != avoid
              && worker != alsoAvoid
              && worker.inFlight() < config.maxInFlightPerWorker();
      if (free
          && replica.tryProbe(nowNanos, ejection)
          && replica.tryStart(nowNanos, config.maxInFlightPerWorker())) {
        worker.upstream().wakeUp();
        return replica;
      }
    }
    if (clean) {
      cleanAt = ejections;
    }
    return null;
  }

  private @Nullable Replica start(Wish wish, RandomGenerator random) {
    // a place may be taken by another thread between looking and taking
    for (int tries = 0; tries < DRAWS; tries++) {
      Replica chosen =
          switch (config.policy()) {
            case LEAST_COST -> betterOfTwo(wish, random);
            case ROUND_ROBIN -> next(wish);
          };
      if (chosen == null) {
        return null;
      }
      if (chosen.tryStart(wish.nowNanos(), config.maxInFlightPerWorker())) {
        return chosen;
      }
    }
    return null;
  }

  private @Nullable Replica next(Wish wish) {
    int start = Math.floorMod(rotation.getAndIncrement(), replicas.length);
    int found = firstUsable(start, NOBODY, wish);
    return found == NOBODY ? null : replicas[found];
  }

  private @Nullable Replica betterOfTwo(Wish wish, RandomGenerator random) {
    boolean ramping = wish.nowNanos() - rampEndNanos < 0;
    int first = ramping ? drawAdmitted(wish, random) : draw(NOBODY, wish, random);
    if (first == NOBODY) {
      return null;
    }
    Replica one = replicas[first];
    int second = draw(first, wish, random);
    boolean alone =
        second == NOBODY || ramping && !isAdmitted(replicas[second], wish.nowNanos(), random);
    return alone || isCheaper(one, replicas[second], wish.nowNanos()) ? one : replicas[second];
  }

  /** A usable one at random, or {@link #NOBODY}. */
  private int draw(int except, Wish wish, RandomGenerator random) {
    int free = except == NOBODY ? replicas.length : replicas.length - 1;
    if (free == 0) {
      return NOBODY;
    }
    int at = 0;
    for (int draws = 0; draws < DRAWS; draws++) {
      int drawn = free == 1 ? 0 : random.nextInt(free);
      at = except != NOBODY && drawn >= except ? drawn + 1 : drawn;
      if (isUsable(replicas[at], wish)) {
        return at;
      }
    }
    return firstUsable(at, except, wish);
  }

  /** The same, by the weights of those that start slowly. */
  private int drawAdmitted(Wish wish, RandomGenerator random) {
    int drawn = NOBODY;
    for (int draws = 0; draws < RAMP_DRAWS; draws++) {
      drawn = draw(NOBODY, wish, random);
      if (drawn == NOBODY || isAdmitted(replicas[drawn], wish.nowNanos(), random)) {
        return drawn;
      }
    }
    return drawn;
  }

  private int firstUsable(int start, int except, Wish wish) {
    for (int i = 0; i < replicas.length; i++) {
      int at = start + i < replicas.length ? start + i : start + i - replicas.length;
      if (at != except && isUsable(replicas[at], wish)) {
        return at;
      }
    }
    return NOBODY;
  }

  private boolean isUsable(Replica replica, Wish wish) {
    Worker worker = replica.worker();
    return worker != wish.avoid()
        && worker != wish.alsoAvoid()
        && (wish.alsoEjected() || replica.isIn())
        && worker.inFlight() < config.maxInFlightPerWorker();
  }

  /** By its weight against that of the one that has been ready for longest. */
  private boolean isAdmitted(Replica replica, long nowNanos, RandomGenerator random) {
    double weight = weight(nowNanos - replica.sinceNanos());
    double best = weight(nowNanos - oldestNanos);
    return weight >= best || random.nextDouble() * best < weight;
  }

  private double weight(long ageNanos) {
    double slowStart = config.slowStart().toNanos();
    return ageNanos >= slowStart ? 1 : Math.max(LEAST_WEIGHT, ageNanos / slowStart);
  }

  /** The first one when they are equal: the order is random. */
  private boolean isCheaper(Replica one, Replica other, long nowNanos) {
    double ones = one.worker().inFlight() + 1;
    double others = other.worker().inFlight() + 1;
    long decay = config.latencyDecay().toNanos();
    double onesLatency = one.latencyNanos(nowNanos, decay);
    double othersLatency = other.latencyNanos(nowNanos, decay);
    // what is known of one alone says nothing about which is better
    if (onesLatency > 0 && othersLatency > 0) {
      ones *= onesLatency;
      others *= othersLatency;
    }
    if (config.utilizationWeight() > 0) {
      long maxAge = config.loadReportMaxAge().toNanos();
      double onesLoad = one.worker().load().at(nowNanos, maxAge);
      double othersLoad = other.worker().load().at(nowNanos, maxAge);
      if (onesLoad >= 0 && othersLoad >= 0) {
        ones *= 1 + config.utilizationWeight() * onesLoad;
        others *= 1 + config.utilizationWeight() * othersLoad;
      }
    }
    return ones <= others;
  }

  /** Whether any worker has no place left. */
  boolean isFull() {
    for (Replica replica : whole) {
      if (replica.worker().inFlight() >= config.maxInFlightPerWorker()) {
        return true;
      }
    }
    return false;
  }
}
