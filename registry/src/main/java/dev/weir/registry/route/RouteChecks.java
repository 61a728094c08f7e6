package dev.weir.registry.route;

import com.google.protobuf.Duration;
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
import java.util.regex.Pattern;

/** What a route that an operator puts must look like, as far as the route alone can tell. */
public final class RouteChecks {
  private static final int MAX_VARIANTS = 16;
  private static final int MAX_MATCHES = 64;
  private static final int MAX_MATCH_VALUE = 256;
  private static final int MAX_SALT = 128;
  private static final int MAX_ATTEMPTS = 3;
  private static final long MIN_TIMEOUT_MILLIS = 1;
  private static final long MAX_TIMEOUT_MILLIS = 600_000;
  private static final Pattern HEADER = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  private RouteChecks() {}

  /**
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  public static void check(Route route) {
    Names.model("route.name", route.getName());
    Set<String> variants = variants(route);
    matches(route, variants);
    if (route.hasSticky()) {
      sticky(route.getSticky());
    }
    if (route.hasTimeout()) {
      timeout(route.getTimeout());
    }
    Check.inRange("route.max_attempts", route.getMaxAttempts(), 0, MAX_ATTEMPTS);
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
      header(at + ".header", match.getHeader());
      Names.text(at + ".value", match.getValue(), MAX_MATCH_VALUE);
      if (!variants.contains(match.getVariant())) {
        throw new InvalidValueException(
            at + ".variant", match.getVariant(), "the name of one of the route's variants");
      }
    }
  }

  private static void sticky(StickyKey sticky) {
    Names.text("route.sticky.salt", sticky.getSalt(), MAX_SALT);
    switch (sticky.getSourceCase()) {
      case HEADER -> header("route.sticky.header", sticky.getHeader());
      case PARAMETER ->
          Check.notBlank(
              "route.sticky.parameter",
              Names.text("route.sticky.parameter", sticky.getParameter(), 128));
      case SEQUENCE_ID -> {
        if (!sticky.getSequenceId()) {
          throw new InvalidValueException("route.sticky.sequence_id", false, "true");
        }
      }
      case SOURCE_NOT_SET ->
          throw new InvalidValueException(
              "route.sticky", "no source", "header, parameter or sequence_id");
    }
  }

  private static void header(String field, String value) {
    if (!HEADER.matcher(value).matches() || value.endsWith("-bin")) {
      throw new InvalidValueException(
          field,
          "\"" + value + "\"",
          "a lower-case metadata name of 1 to 128 characters that does not end in -bin");
    }
  }

  private static void timeout(Duration timeout) {
    boolean whole = timeout.getSeconds() >= 0 && timeout.getSeconds() <= MAX_TIMEOUT_MILLIS;
    long millis = whole ? timeout.getSeconds() * 1_000 + timeout.getNanos() / 1_000_000 : -1;
    if (millis < MIN_TIMEOUT_MILLIS || millis > MAX_TIMEOUT_MILLIS) {
      throw new InvalidValueException(
          "route.timeout", timeout.getSeconds() + "s " + timeout.getNanos() + "ns", "1ms to 10m");
    }
  }
}
