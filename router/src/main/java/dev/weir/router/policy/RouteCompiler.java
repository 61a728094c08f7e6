package dev.weir.router.policy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Turns one route of a snapshot into its compiled form, or says why it cannot be obeyed. An arm
 * that this version of the software does not know counts as unspecified: such requests are served
 * but are no units.
 */
final class RouteCompiler {
  private static final int WHOLE = StickyHash.BUCKETS;
  private static final int MAX_VARIANTS = 16;
  private static final int MAX_NAME = 128;
  private static final int MOST_CALLERS = 256;

  private final Route route;
  private final VersionsOfModel known;
  private final CompileScope naming;

  /** The versions that the snapshot knows of a model. */
  @FunctionalInterface
  interface VersionsOfModel {
    List<VersionId> of(String model);
  }

  RouteCompiler(Route route, VersionsOfModel known) {
    this.route = route;
    this.known = known;
    this.naming = new CompileScope(route.getName(), Map.of());
  }

  CompiledRoute compile() {
    if (route.getName().isEmpty() || route.getName().length() > MAX_NAME) {
      throw new InvalidValueException(
          "route name", "\"" + route.getName() + "\"", "1 to " + MAX_NAME + " characters");
    }
    Map<String, RouteVariant> variants = variants();
    var scope = new CompileScope(route.getName(), variants);
    var treatments = new TreatmentCompiler(scope, route);
    return new CompiledRoute(
        route.getName(),
        route.getGeneration(),
        List.copyOf(variants.values()),
        byVersion(variants.values()),
        route.hasAccess() ? access() : null,
        new RuleCompiler(scope, treatments).compile(route),
        new LayerCompiler(scope).compile(route),
        route.hasSticky() ? stickiness(scope) : null,
        treatments.ofRoute(),
        route.hasLimits() ? new LimitCompiler(scope).compile(route.getLimits()) : null,
        route.getRolloutId());
  }

  private Map<String, RouteVariant> variants() {
    int count = route.getVariantsCount();
    if (count < 1 || count > MAX_VARIANTS) {
      throw naming.invalid("variants", count, "1 to " + MAX_VARIANTS);
    }
    long sum = 0;
    for (Variant variant : route.getVariantsList()) {
      int weight = variant.getWeightBasisPoints();
      if (weight < 0 || weight > WHOLE) {
        throw naming.invalid(
            "weight of " + variant.getName(), Integer.toUnsignedString(weight), "0 to " + WHOLE);
      }
      if (variant.getModel().isEmpty() || VersionNumber.parse(variant.getVersion()) < 0) {
        throw naming.invalid(
            "version of " + variant.getName(),
            variant.getModel() + "/" + variant.getVersion(),
            "a model's name and a positive number");
      }
      sum += weight;
    }
    if (sum != WHOLE) {
      throw naming.invalid("sum of weights", sum, String.valueOf(WHOLE));
    }
    double canaryProbability = canaryProbability();
    var compiled = new LinkedHashMap<String, RouteVariant>();
    for (Variant variant : route.getVariantsList()) {
      if (variant.getName().isEmpty()
          || compiled.put(variant.getName(), compile(variant, canaryProbability)) != null) {
        throw naming.invalid(
            "variant", "\"" + variant.getName() + "\"", "a name that is used once");
      }
    }
    return compiled;
  }

  /** Among the requests that fall on either arm; 0 when the canary has no share. */
  private double canaryProbability() {
    int canary = weightOf(Arm.ARM_CANARY);
    int both = canary + weightOf(Arm.ARM_BASELINE);
    return both == 0 ? 0 : (double) canary / both;
  }

  private int weightOf(Arm arm) {
    return route.getVariantsList().stream()
        .filter(v -> v.getArm() == arm)
        .mapToInt(Variant::getWeightBasisPoints)
        .sum();
  }

  private RouteVariant compile(Variant variant, double canaryProbability) {
    Arm arm =
        switch (variant.getArm()) {
          case ARM_BASELINE -> Arm.ARM_BASELINE;
          case ARM_CANARY -> Arm.ARM_CANARY;
          case ARM_UNSPECIFIED, UNRECOGNIZED -> Arm.ARM_UNSPECIFIED;
        };
    var served = new VersionId(variant.getModel(), variant.getVersion());
    boolean compared = arm != Arm.ARM_UNSPECIFIED && canaryProbability > 0;
    Cohort plain = cohort(variant.getName(), served, Arm.ARM_UNSPECIFIED, 0, false);
    Cohort drawn =
        compared ? cohort(variant.getName(), served, arm, canaryProbability, false) : plain;
    Cohort sticky =
        compared ? cohort(variant.getName(), served, arm, canaryProbability, true) : plain;
    return new RouteVariant(
        variant.getName(), served, variant.getWeightBasisPoints(), arm, plain, drawn, sticky);
  }

  private Cohort cohort(
      String variant, VersionId served, Arm arm, double probability, boolean sticky) {
    return new Cohort(
        route.getName(),
        variant,
        served,
        arm,
        probability,
        arm == Arm.ARM_UNSPECIFIED ? "" : route.getRolloutId(),
        arm == Arm.ARM_UNSPECIFIED ? 0 : route.getRolloutStep(),
        sticky);
  }

  /**
   * Variants by their version, then every other known version of the route's model: the one that
   * bears the route's name, or the first variant's when there is none.
   */
  private Map<Long, RouteVariant> byVersion(Iterable<RouteVariant> variants) {
    var byVersion = new LinkedHashMap<Long, RouteVariant>();
    String model = null;
    for (RouteVariant variant : variants) {
      byVersion.merge(
          VersionNumber.parse(variant.served().version()),
          variant,
          (first, second) ->
              second.weightBasisPoints() > first.weightBasisPoints() ? second : first);
      if (model == null || variant.served().model().equals(route.getName())) {
        model = variant.served().model();
      }
    }
    for (VersionId version : known.of(Objects.requireNonNull(model))) {
      long number = VersionNumber.parse(version.version());
      if (number > 0) {
        byVersion.computeIfAbsent(number, n -> RouteVariant.unweighted(route.getName(), version));
      }
    }
    return byVersion;
  }

  private AccessRule access() {
    List<String> callers = route.getAccess().getMayCallList();
    naming.count("access.may_call", callers.size(), MOST_CALLERS);
    callers.forEach(c -> {
      naming.name("access.may_call", c, CompileScope.LONGEST_TEXT);
      if (c.indexOf('*') >= 0 && c.indexOf('*') < c.length() - 1) {
        throw naming.invalid("access.may_call", "\"" + c + "\"", "a * at the end only");
      }
    });
    return new AccessRule(callers);
  }

  private Stickiness stickiness(CompileScope scope) {
    var weights = new LinkedHashMap<String, Integer>();
    scope.variants().forEach((name, variant) -> weights.put(name, variant.weightBasisPoints()));
    return new Stickiness(
        scope.keySource("sticky", route.getSticky()),
        new StickyHash(route.getSticky().getSalt()),
        scope.buckets("buckets", route.getBucketsList(), scope.variants(), weights, true));
  }
}
