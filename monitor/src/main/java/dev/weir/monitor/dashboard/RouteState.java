package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.Accuracy;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One route with its variants' traffic.
 *
 * @param name client-visible model name
 * @param sticky what makes it sticky, or empty
 * @param rolloutId rollout that owns its weights, or empty
 * @param rolloutStep step of that rollout, from 0
 * @param mirror "model/version" that gets copies now, or empty
 * @param mirrorBasisPoints share of requests that are copied
 * @param diverted null: the route is not sent to its fallback
 * @param mirrors how shadow versions did beside those that answered, the newest pair first
 */
record RouteState(
    String name,
    long generation,
    String sticky,
    String rolloutId,
    int rolloutStep,
    List<VariantState> variants,
    String mirror,
    int mirrorBasisPoints,
    @Nullable Diverted diverted,
    List<MirrorState> mirrors) {
  /**
   * All requests go to the fallback until somebody restores the route.
   *
   * @param variant which variant gets them
   * @param sinceMillis since 1970, whole seconds
   * @param by who asked for it
   * @param reason why, or empty
   */
  record Diverted(String variant, long sinceMillis, String by, String reason) {
    static @Nullable Diverted of(Route route) {
      return route.hasDiversion()
          ? new Diverted(
              route.getDiversion().getVariant(),
              1_000 * route.getDiversion().getSince().getSeconds(),
              route.getDiversion().getBy(),
              route.getDiversion().getReason())
          : null;
    }
  }

  /**
   * One variant.
   *
   * @param arm "baseline", "canary" or empty
   * @param gone the route has it no more, but it had requests in the last two minutes
   * @param foreign told by spans of senders other than this mesh's routers, which came later
   * @param traffic null: none seen
   * @param classes what it predicted in the last two minutes
   * @param labelled rows with a label
   * @param accuracy share predicted right, 0 to 1; null: no labels
   */
  record VariantState(
      String name,
      String model,
      String version,
      int weightBasisPoints,
      String arm,
      boolean gone,
      boolean foreign,
      @Nullable TrafficSeries traffic,
      List<ClassShares.Share> classes,
      long labelled,
      @Nullable Double accuracy) {}

  /** This route with more variants at its end. */
  RouteState with(List<VariantState> more) {
    if (more.isEmpty()) {
      return this;
    }
    var all = new ArrayList<VariantState>(variants);
    all.addAll(more);
    return new RouteState(
        name,
        generation,
        sticky,
        rolloutId,
        rolloutStep,
        all,
        mirror,
        mirrorBasisPoints,
        diverted,
        mirrors);
  }

  static RouteState of(
      Route route,
      Map<VariantKey, TrafficSeries> traffic,
      Map<VariantKey, List<ClassShares.Share>> classes,
      Map<VariantKey, Accuracy> accuracies,
      List<MirrorState> mirrors) {
    var numbers = new Numbers(traffic, classes, accuracies);
    var variants = new ArrayList<VariantState>();
    for (Variant variant : route.getVariantsList()) {
      var key = new VariantKey(route.getName(), variant.getName(), variant.getVersion());
      variants.add(
          numbers.of(
              key,
              variant.getModel(),
              variant.getWeightBasisPoints(),
              arm(variant.getArm()),
              false));
    }
    Set<VariantKey> present = new HashSet<>();
    variants.forEach(v -> present.add(new VariantKey(route.getName(), v.name(), v.version())));
    traffic.entrySet().stream()
        .filter(entry -> entry.getKey().route().equals(route.getName()))
        .filter(entry -> !present.contains(entry.getKey()) && hasRequests(entry.getValue()))
        .map(Map.Entry::getKey)
        .sorted(Comparator.comparing(VariantKey::variant).thenComparing(VariantKey::version))
        .forEach(key -> variants.add(numbers.of(key, "", 0, "", true)));
    return new RouteState(
        route.getName(),
        route.getGeneration(),
        sticky(route),
        route.getRolloutId(),
        route.getRolloutStep(),
        variants,
        route.hasMirror()
            ? route.getMirror().getModel() + "/" + route.getMirror().getVersion()
            : "",
        route.getMirror().getShareBasisPoints(),
        Diverted.of(route),
        mirrors.stream().filter(mirror -> mirror.route().equals(route.getName())).toList());
  }

  static boolean hasRequests(TrafficSeries series) {
    return series.requestsPerSecond().stream().anyMatch(requests -> requests > 0);
  }

  private record Numbers(
      Map<VariantKey, TrafficSeries> traffic,
      Map<VariantKey, List<ClassShares.Share>> classes,
      Map<VariantKey, Accuracy> accuracies) {
    VariantState of(VariantKey key, String model, int weight, String arm, boolean gone) {
      Accuracy accuracy = accuracies.getOrDefault(key, Accuracy.NONE);
      return new VariantState(
          key.variant(),
          model,
          key.version(),
          weight,
          arm,
          gone,
          false,
          traffic.get(key),
          classes.getOrDefault(key, List.of()),
          accuracy.labelled(),
          accuracy.labelled() == 0 ? null : (double) accuracy.correct() / accuracy.labelled());
    }
  }

  private static String arm(Arm arm) {
    return switch (arm) {
      case ARM_BASELINE -> "baseline";
      case ARM_CANARY -> "canary";
      case ARM_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  private static String sticky(Route route) {
    return switch (route.getSticky().getSourceCase()) {
      case HEADER -> "header " + route.getSticky().getHeader();
      case PARAMETER -> "parameter " + route.getSticky().getParameter();
      case SEQUENCE_ID -> "sequence_id";
      case CLIENT_IDENTITY -> "client identity";
      case SOURCE_NOT_SET -> "";
    };
  }
}
