package dev.weir.router.policy;

import dev.weir.proto.route.v1.Arm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One route, ready to decide. Order of precedence: a version that the client named, the header
 * matches in their order, the sticky key, an independent draw. Immutable.
 */
public final class CompiledRoute {
  private static final int WHOLE = 10_000;

  private final String name;
  private final long generation;
  private final List<RouteVariant> variants;
  private final int[] cumulatedWeights;
  private final List<HeaderRule> rules;
  private final @Nullable Stickiness stickiness;
  private final Map<Long, RouteVariant> byVersion;
  private final @Nullable RouteVariant baseline;
  private final @Nullable Duration timeout;
  private final int maxAttempts;
  private final String rolloutId;

  CompiledRoute(
      String name,
      long generation,
      List<RouteVariant> variants,
      List<HeaderRule> rules,
      @Nullable Stickiness stickiness,
      Map<Long, RouteVariant> byVersion,
      @Nullable Duration timeout,
      int maxAttempts,
      String rolloutId) {
    this.name = name;
    this.generation = generation;
    this.variants = List.copyOf(variants);
    this.rules = List.copyOf(rules);
    this.stickiness = stickiness;
    this.byVersion = Map.copyOf(byVersion);
    this.timeout = timeout;
    this.maxAttempts = maxAttempts;
    this.rolloutId = rolloutId;
    this.baseline =
        variants.stream().filter(v -> v.arm() == Arm.ARM_BASELINE).findFirst().orElse(null);
    this.cumulatedWeights = new int[variants.size()];
    int sum = 0;
    for (int i = 0; i < variants.size(); i++) {
      sum += variants.get(i).weightBasisPoints();
      cumulatedWeights[i] = sum;
    }
  }

  /** Decides for one request. */
  Decision decide(RequestFacts request, RandomGenerator random) {
    if (!request.version().isEmpty()) {
      return pinnedTo(request.version());
    }
    for (HeaderRule rule : rules) {
      if (rule.matches(request)) {
        return plain(rule.variant(), Reason.MATCH);
      }
    }
    if (stickiness != null) {
      long unit = stickiness.unitOf(request);
      if (unit != 0) {
        RouteVariant owner = stickiness.ownerOf(unit);
        return routed(owner, Reason.STICKY, owner.sticky(), unit);
      }
    }
    RouteVariant drawn = draw(random);
    return routed(drawn, Reason.SPLIT, drawn.drawn(), unit(random));
  }

  /** What a request that names a version gets. */
  public Decision pinnedTo(String version) {
    long number = VersionNumber.parse(version);
    if (number < 0) {
      return TritonTexts.badVersion(version);
    }
    RouteVariant variant = byVersion.get(number);
    return variant == null
        ? TritonTexts.unknownVersion(name, String.valueOf(number))
        : plain(variant, Reason.PINNED);
  }

  private RouteVariant draw(RandomGenerator random) {
    int point = random.nextInt(WHOLE);
    for (int i = 0; i < cumulatedWeights.length; i++) {
      if (point < cumulatedWeights[i]) {
        return variants.get(i);
      }
    }
    throw new IllegalStateException("weights of route " + name + " end below " + point);
  }

  private static long unit(RandomGenerator random) {
    long unit;
    do {
      unit = random.nextLong();
    } while (unit == 0);
    return unit;
  }

  private Decision.Routed routed(RouteVariant variant, Reason reason, Cohort cohort, long unit) {
    return new Decision.Routed(this, variant, reason, cohort, cohort.isExperiment() ? unit : 0);
  }

  private Decision.Routed plain(RouteVariant variant, Reason reason) {
    return new Decision.Routed(this, variant, reason, variant.plain(), 0);
  }

  /**
   * What answers instead when no ready worker has a decision's version: the baseline, for a canary
   * that the client did not ask for by name.
   */
  public Optional<Decision.Routed> fallbackFrom(Decision.Routed decision) {
    return decision.reason() == Reason.PINNED
        ? Optional.empty()
        : fallbackFrom(decision.variant()).map(v -> plain(v, Reason.FALLBACK));
  }

  /** The variant that answers when no ready worker has this one's version. */
  public Optional<RouteVariant> fallbackFrom(RouteVariant variant) {
    return variant.arm() == Arm.ARM_CANARY ? Optional.ofNullable(baseline) : Optional.empty();
  }

  /** The variant that most requests get; of equals the first. */
  public RouteVariant heaviest() {
    RouteVariant heaviest = variants.getFirst();
    for (RouteVariant variant : variants) {
      if (variant.weightBasisPoints() > heaviest.weightBasisPoints()) {
        heaviest = variant;
      }
    }
    return heaviest;
  }

  /** Client-visible model name. */
  public String name() {
    return name;
  }

  /** Grows by one on each change of the route. */
  public long generation() {
    return generation;
  }

  /** All variants. */
  public List<RouteVariant> variants() {
    return variants;
  }

  /** Every version that can be asked for by name, by its number. */
  public Map<Long, RouteVariant> byVersion() {
    return byVersion;
  }

  /** Longest time for an answer; empty: the router's default. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /** Tries in all for one request, 1 to 3; 0: the router's default. */
  public int maxAttempts() {
    return maxAttempts;
  }

  /** Rollout that owns the weights; empty: none. */
  public String rolloutId() {
    return rolloutId;
  }
}
