package dev.weir.registry.route;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.VersionId;
import java.util.HashSet;
import java.util.Set;

/** What a route that an operator puts must look like, as far as the route alone can tell. */
public final class RouteChecks {
  private static final int MAX_VARIANTS = 16;
  private static final int MAX_MATCHES = 64;
  private static final int MAX_MATCH_VALUE = 256;
  private static final int MAX_SALT = 128;
  private static final int MAX_ATTEMPTS = 3;
  private static final long MIN_TIMEOUT_MILLIS = 1;
  private static final long MAX_TIMEOUT_MILLIS = 600_000;

  private RouteChecks() {}

  /**
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  public static void check(Route route) {
    Names.model("route.name", route.getName());
    Set<String> variants = variants(route);
    matches(route, variants);
    if (route.hasSticky()) {
      sticky("route.sticky", route.getSticky());
    }
    if (route.hasTimeout()) {
      Fields.millis("route.timeout", route.getTimeout(), MIN_TIMEOUT_MILLIS, MAX_TIMEOUT_MILLIS);
    }
    Check.inRange("route.max_attempts", route.getMaxAttempts(), 0, MAX_ATTEMPTS);
    RuleChecks.check(route, variants);
    LayerChecks.check(route, variants);
    PolicyChecks.check(route, variants);
  }

  private static Set<String> variants(Route route) {
    Check.inRange("route.variants count", route.getVariantsCount(), 1, MAX_VARIANTS);
    var names = new HashSet<String>();
    var arms = new HashSet<Arm>();
    long sum = 0;
    for (int i = 0; i < route.getVariantsCount(); i++) {
      Variant variant = route.getVariants(i);
      String at = "route.variants[" + i + "]";
      Names.inner(at + ".name", variant.getName());
      if (!names.add(variant.getName())) {
        throw new InvalidValueException(at + ".name", variant.getName(), "a name used once");
      }
      VersionId.parse(at + ".model", variant.getModel(), at + ".version", variant.getVersion());
      sum +=
          Check.inRange(
              at + ".weight_basis_points",
              Integer.toUnsignedLong(variant.getWeightBasisPoints()),
              0,
              StickyLayout.BUCKETS);
      if (variant.getArm() == Arm.UNRECOGNIZED) {
        throw new InvalidValueException(at + ".arm", variant.getArmValue(), "a known arm");
      }
      if (variant.getArm() != Arm.ARM_UNSPECIFIED && !arms.add(variant.getArm())) {
        throw new InvalidValueException(
            at + ".arm", variant.getArm(), "at most one variant per side of the comparison");
      }
    }
    if (sum != StickyLayout.BUCKETS) {
      throw new InvalidValueException(
          "route.variants weight_basis_points", "sum " + sum, "a sum of 10000");
    }
    if (arms.size() == 1) {
      throw new InvalidValueException(
          "route.variants arm",
          arms.iterator().next(),
          "both ARM_BASELINE and ARM_CANARY, or none");
    }
    return names;
  }

  private static void matches(Route route, Set<String> variants) {
    Check.inRange("route.matches count", route.getMatchesCount(), 0, MAX_MATCHES);
    for (int i = 0; i < route.getMatchesCount(); i++) {
      HeaderMatch match = route.getMatches(i);
      String at = "route.matches[" + i + "]";
      Fields.header(at + ".header", match.getHeader());
      Names.text(at + ".value", match.getValue(), MAX_MATCH_VALUE);
      Fields.variant(at + ".variant", match.getVariant(), variants);
    }
  }

  /** A key that draws are made sticky by. */
  static void sticky(String at, StickyKey key) {
    Names.text(at + ".salt", key.getSalt(), MAX_SALT);
    switch (key.getSourceCase()) {
      case HEADER -> Fields.header(at + ".header", key.getHeader());
      case PARAMETER ->
          Check.notBlank(at + ".parameter", Names.text(at + ".parameter", key.getParameter(), 128));
      case SEQUENCE_ID -> isTrue(at + ".sequence_id", key.getSequenceId());
      case CLIENT_IDENTITY -> isTrue(at + ".client_identity", key.getClientIdentity());
      case SOURCE_NOT_SET ->
          throw new InvalidValueException(
              at, "no source", "header, parameter, sequence_id or client_identity");
    }
  }

  private static void isTrue(String field, boolean value) {
    if (!value) {
      throw new InvalidValueException(field, false, "true");
    }
  }
}
