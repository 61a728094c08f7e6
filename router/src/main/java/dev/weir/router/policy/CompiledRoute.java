package dev.weir.router.policy;

import dev.weir.proto.route.v1.Arm;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One route, ready to decide. Order: who may call, the rules (the first that matches counts; a
 * refusal holds for all), a version that the client named, the matched rule, experiments, the
 * sticky key, an independent draw. Immutable.
 */
public final class CompiledRoute {
  private static final int WHOLE = StickyHash.BUCKETS;

  private final String name;
  private final long generation;
  private final List<RouteVariant> variants;
  private final int[] cumulatedWeights;
  private final Map<Long, RouteVariant> byVersion;
  private final @Nullable RouteVariant baseline;
  private final @Nullable AccessRule access;
  private final RouteRule[] rules;
  private final ExperimentLayer[] layers;
  private final @Nullable Stickiness stickiness;
  private final Treatment treatment;
  private final @Nullable RouteLimits limits;
  private final String rolloutId;

  CompiledRoute(
      String name,
      long generation,
      List<RouteVariant> variants,
      Map<Long, RouteVariant> byVersion,
      @Nullable AccessRule access,
      List<RouteRule> rules,
      List<ExperimentLayer> layers,
      @Nullable Stickiness stickiness,
      Treatment treatment,
      @Nullable RouteLimits limits,
      String rolloutId) {
    this.name = name;
    this.generation = generation;
    this.variants = List.copyOf(variants);
    this.byVersion = Map.copyOf(byVersion);
    this.access = access;
    this.rules = rules.toArray(RouteRule[]::new);
    this.layers = layers.toArray(ExperimentLayer[]::new);
    this.stickiness = stickiness;
    this.treatment = treatment;
    this.limits = limits;
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
    if (access != null && !access.admits(request.identity())) {
      return notForThisCaller(request.identity());
    }
    RouteRule.Action action = rules.length == 0 ? null : firstMatching(request);
    return switch (action) {
      case null -> decide(request, treatment, random);
      case RouteRule.Action.Deny(var refusal) -> refusal;
      case RouteRule.Action.Assign(var variant) ->
          request.version().isEmpty()
              ? routed(variant, Reason.MATCH, variant.plain(), 0, treatment, random)
              : pinnedTo(request.version(), treatment);
      case RouteRule.Action.Override(var version, var otherwise) ->
          version == null || !request.version().isEmpty()
              ? decide(request, otherwise, random)
              : routed(version, Reason.MATCH, version.plain(), 0, otherwise, random);
    };
  }

  private RouteRule.@Nullable Action firstMatching(RequestFacts request) {
    for (RouteRule rule : rules) {
      if (rule.matches(request)) {
        return rule.action();
      }
    }
    return null;
  }

  private Decision decide(RequestFacts request, Treatment treated, RandomGenerator random) {
    if (!request.version().isEmpty()) {
      return pinnedTo(request.version(), treated);
    }
    for (ExperimentLayer layer : layers) {
      KeyValue key = layer.keyOf(request);
      ExperimentLayer.Arms arms = key == null ? null : layer.experimentOf(key);
      if (key != null && arms != null) {
        return experimental(arms, key, treated, random);
      }
    }
    if (stickiness != null) {
      long unit = stickiness.unitOf(request);
      if (unit != 0) {
        RouteVariant owner = stickiness.ownerOf(unit);
        return routed(owner, Reason.STICKY, owner.sticky(), unit, treated, random);
      }
    }
    RouteVariant drawn = draw(random);
    return routed(drawn, Reason.SPLIT, drawn.drawn(), unit(random), treated, random);
  }

  private Decision.Routed experimental(
      ExperimentLayer.Arms arms, KeyValue key, Treatment treated, RandomGenerator random) {
    long unit = arms.hash().unit(key);
    ExperimentArm arm = ExperimentLayer.armOf(arms, unit);
    RouteVariant variant = arm.variant();
    MirrorRule mirror = mirror(treated, variant, random);
    return new Decision.Routed(
        this, variant, Reason.EXPERIMENT, variant.plain(), unit, treated, mirror, arm);
  }

  /** What a request that names a version gets. */
  public Decision pinnedTo(String version) {
    return pinnedTo(version, treatment);
  }

  private Decision pinnedTo(String version, Treatment treated) {
    long number = VersionNumber.parse(version);
    if (number < 0) {
      return TritonTexts.badVersion(version);
    }
    RouteVariant variant = byVersion.get(number);
    return variant == null
        ? TritonTexts.unknownVersion(name, String.valueOf(number))
        : new Decision.Routed(
            this, variant, Reason.PINNED, variant.plain(), 0, treated.bare(), null, null);
  }

  private Decision.Refused notForThisCaller(@Nullable ClientIdentity identity) {
    return identity == null
        ? new Decision.Refused(
            StatusCode.UNAUTHENTICATED,
            "Request for model '" + name + "': callers must prove who they are")
        : new Decision.Refused(
            StatusCode.PERMISSION_DENIED,
            "Request for model '" + name + "': '" + identity.name() + "' may not call it");
  }

  /**
   * Why a caller may not use this route at all.
   *
   * @param identity null: nobody has proven who calls
   * @return null: it may
   */
  public Decision.@Nullable Refused refusal(@Nullable ClientIdentity identity) {
    return access == null || access.admits(identity) ? null : notForThisCaller(identity);
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

  private Decision.Routed routed(
      RouteVariant variant,
      Reason reason,
      Cohort cohort,
      long unit,
      Treatment treated,
      RandomGenerator random) {
    return new Decision.Routed(
        this,
        variant,
        reason,
        cohort,
        cohort.isExperiment() ? unit : 0,
        treated,
        mirror(treated, variant, random),
        null);
  }

  private static @Nullable MirrorRule mirror(
      Treatment treated, RouteVariant variant, RandomGenerator random) {
    MirrorRule mirror = treated.mirror();
    return mirror != null && mirror.takes(variant.served(), random) ? mirror : null;
  }

  /**
   * What answers instead when no ready worker has a decision's version: the ladder's first variant
   * for that case, or without a ladder the baseline, for a canary that the client did not ask for
   * by name.
   */
  public Optional<Decision.Routed> fallbackFrom(Decision.Routed decision) {
    if (decision.reason() == Reason.PINNED || decision.reason() == Reason.MIRROR) {
      return Optional.empty();
    }
    return fallbackFrom(decision.variant(), decision.treatment()).map(decision::insteadBy);
  }

  /** The variant that answers when no ready worker has this one's version. */
  public Optional<RouteVariant> fallbackFrom(RouteVariant variant) {
    return fallbackFrom(variant, treatment);
  }

  private Optional<RouteVariant> fallbackFrom(RouteVariant variant, Treatment treated) {
    Ladder ladder = treated.ladder();
    if (ladder != null) {
      return Optional.ofNullable(ladder.variantWithout(variant.served()));
    }
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

  /** How its requests are treated when no rule says otherwise. */
  public Treatment treatment() {
    return treatment;
  }

  /** Bounds of its requests; null: none. */
  public @Nullable RouteLimits limits() {
    return limits;
  }

  /** Names of its experiments. */
  public List<String> experiments() {
    return Arrays.stream(layers).flatMap(layer -> layer.experiments().stream()).toList();
  }

  /** Rollout that owns the weights; empty: none. */
  public String rolloutId() {
    return rolloutId;
  }
}
