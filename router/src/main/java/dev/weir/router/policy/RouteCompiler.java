package dev.weir.router.policy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns one route of a snapshot into its compiled form, or says why it cannot be obeyed. An arm
 * that this version of the software does not know counts as unspecified: such requests are served
 * but are no units.
 */
final class RouteCompiler {
  private static final int WHOLE = 10_000;
  private static final int MAX_VARIANTS = 16;
  private static final int MAX_ATTEMPTS = 3;

  private final Route route;
  private final Set<VersionId> knownVersions;

  RouteCompiler(Route route, Set<VersionId> knownVersions) {
    this.route = route;
    this.knownVersions = knownVersions;
  }

  CompiledRoute compile() {
    if (route.getName().isEmpty()) {
      throw new InvalidValueException("route name", "\"\"", "1 to 128 characters");
    }
    Map<String, RouteVariant> variants = variants();
    Stickiness stickiness = stickiness(variants);
    int attempts = route.getMaxAttempts();
    if (attempts < 0 || attempts > MAX_ATTEMPTS) {
      throw invalid("max_attempts", Integer.toUnsignedString(attempts), "0 to " + MAX_ATTEMPTS);
    }
    return new CompiledRoute(
        route.getName(),
        route.getGeneration(),
        List.copyOf(variants.values()),
        rules(variants),
        stickiness,
        byVersion(variants.values()),
        timeout(),
        attempts,
        route.getRolloutId());
  }

  private Map<String, RouteVariant> variants() {
    int count = route.getVariantsCount();
    if (count < 1 || count > MAX_VARIANTS) {
      throw invalid("variants", count, "1 to " + MAX_VARIANTS);
    }
    long sum = 0;
    for (Variant variant : route.getVariantsList()) {
      int weight = variant.getWeightBasisPoints();
      if (weight < 0 || weight > WHOLE) {
        throw invalid(
            "weight of " + variant.getName(), Integer.toUnsignedString(weight), "0 to " + WHOLE);
      }
      if (variant.getModel().isEmpty() || VersionNumber.parse(variant.getVersion()) < 0) {
        throw invalid(
            "version of " + variant.getName(),
            variant.getModel() + "/" + variant.getVersion(),
            "a model's name and a positive number");
      }
      sum += weight;
    }
    if (sum != WHOLE) {
      throw invalid("sum of weights", sum, String.valueOf(WHOLE));
    }
    double canaryProbability = canaryProbability();
    var compiled = new LinkedHashMap<String, RouteVariant>();
    for (Variant variant : route.getVariantsList()) {
      if (variant.getName().isEmpty()
          || compiled.put(variant.getName(), compile(variant, canaryProbability)) != null) {
        throw invalid("variant", "\"" + variant.getName() + "\"", "a name that is used once");
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
    for (VersionId known : knownVersions) {
      long number = VersionNumber.parse(known.version());
      if (number > 0 && known.model().equals(model)) {
        byVersion.computeIfAbsent(number, n -> unweighted(known));
      }
    }
    return byVersion;
  }

  private RouteVariant unweighted(VersionId served) {
    Cohort plain = cohort("", served, Arm.ARM_UNSPECIFIED, 0, false);
    return new RouteVariant("", served, 0, Arm.ARM_UNSPECIFIED, plain, plain, plain);
  }

  private List<HeaderRule> rules(Map<String, RouteVariant> variants) {
    var rules = new ArrayList<HeaderRule>();
    for (HeaderMatch match : route.getMatchesList()) {
      rules.add(
          new HeaderRule(
              headerName("matches.header", match.getHeader()),
              match.getValue(),
              variant(variants, "matches.variant", match.getVariant())));
    }
    return rules;
  }

  private RouteVariant variant(Map<String, RouteVariant> variants, String field, String name) {
    RouteVariant variant = variants.get(name);
    if (variant == null) {
      throw invalid(field, "\"" + name + "\"", "one of " + variants.keySet());
    }
    return variant;
  }

  private String headerName(String field, String name) {
    boolean usable = name.matches("[0-9a-z_.-]{1,128}") && !name.endsWith("-bin");
    if (!usable) {
      throw invalid(field, "\"" + name + "\"", "a lower-case metadata name, not a binary one");
    }
    return name;
  }

  private @Nullable Stickiness stickiness(Map<String, RouteVariant> variants) {
    if (!route.hasSticky()) {
      return null;
    }
    StickyKey key = route.getSticky();
    StickySource source =
        switch (key.getSourceCase()) {
          case HEADER -> new StickySource.Header(headerName("sticky.header", key.getHeader()));
          case PARAMETER -> new StickySource.Parameter(key.getParameter());
          case SEQUENCE_ID -> new StickySource.Parameter(StickySource.SEQUENCE_ID);
          case SOURCE_NOT_SET ->
              throw invalid(
                  "sticky", "no source that is known here", "header, parameter or sequence_id");
        };
    return new Stickiness(source, new StickyHash(key.getSalt()), owners(variants));
  }

  private RouteVariant[] owners(Map<String, RouteVariant> variants) {
    var owners = new RouteVariant[StickyHash.BUCKETS];
    var counts = new LinkedHashMap<RouteVariant, Integer>();
    int covered = 0;
    for (BucketRange range : route.getBucketsList()) {
      int first = range.getFirst();
      int end = range.getEnd();
      if (first < 0 || end <= first || end > StickyHash.BUCKETS) {
        throw invalid(
            "buckets", first + " to " + end, "0 to " + StickyHash.BUCKETS + ", not empty");
      }
      RouteVariant owner = variant(variants, "buckets.variant", range.getVariant());
      for (int bucket = first; bucket < end; bucket++) {
        if (owners[bucket] != null) {
          throw invalid("buckets", "bucket " + bucket + " twice", "no overlap");
        }
        owners[bucket] = owner;
      }
      covered += end - first;
      counts.merge(owner, end - first, Integer::sum);
    }
    if (covered != StickyHash.BUCKETS) {
      throw invalid("buckets", covered, StickyHash.BUCKETS + ", without a gap");
    }
    for (RouteVariant variant : variants.values()) {
      int count = counts.getOrDefault(variant, 0);
      if (count != variant.weightBasisPoints()) {
        throw invalid(
            "buckets of " + variant.name(), count, "its weight, " + variant.weightBasisPoints());
      }
    }
    return owners;
  }

  private @Nullable Duration timeout() {
    if (!route.hasTimeout()) {
      return null;
    }
    var timeout =
        Duration.ofSeconds(route.getTimeout().getSeconds(), route.getTimeout().getNanos());
    if (timeout.isNegative() || timeout.isZero()) {
      throw invalid("timeout", timeout, "over 0");
    }
    return timeout;
  }

  private InvalidValueException invalid(String field, Object value, String expected) {
    return new InvalidValueException("route " + route.getName() + ": " + field, value, expected);
  }
}
