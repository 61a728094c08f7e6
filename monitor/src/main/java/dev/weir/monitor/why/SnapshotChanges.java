package dev.weir.monitor.why;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.why.Deployment.Kind;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is different between two snapshots, in words. Pure. */
final class SnapshotChanges {
  /** Said by themselves, or mere bookkeeping. */
  private static final Set<String> NOT_SETTINGS =
      Set.of("name", "generation", "variants", "buckets", "rollout_id", "rollout_step");

  private final Instant at;
  private final List<Deployment> found = new ArrayList<>();

  private SnapshotChanges(Instant at) {
    this.at = at;
  }

  /**
   * What changed.
   *
   * @param now when, if the newer one does not say
   */
  static List<Deployment> between(Snapshot older, Snapshot newer, Instant now) {
    var changes = new SnapshotChanges(newer.hasAt() ? instant(newer.getAt()) : now);
    if (!older.getEpoch().equals(newer.getEpoch())) {
      changes.add(Kind.REGISTRY, "", "", "the registry has another database");
    }
    changes.routes(older.getRoutesList(), newer.getRoutesList());
    changes.rollouts(older.getRolloutsList(), newer.getRolloutsList());
    changes.versions(older.getVersionsList(), newer.getVersionsList());
    changes.aliases(older.getAliasesList(), newer.getAliasesList());
    return changes.found;
  }

  private void add(Kind kind, String route, String model, String what) {
    found.add(new Deployment(at, kind, route, model, what));
  }

  private static <T> Map<String, T> by(Collection<T> all, Function<T, String> name) {
    var named = new LinkedHashMap<String, T>();
    all.forEach(each -> named.put(name.apply(each), each));
    return named;
  }

  private void routes(List<Route> older, List<Route> newer) {
    Map<String, Route> before = by(older, Route::getName);
    for (Route route : newer) {
      Route was = before.remove(route.getName());
      if (was == null) {
        add(Kind.ROUTE, route.getName(), "", "route added: " + weights(Map.of(), shares(route)));
        continue;
      }
      if (!shares(was).equals(shares(route))) {
        add(Kind.WEIGHTS, route.getName(), "", weights(shares(was), shares(route)));
      }
      Set<String> settings = differences(was, route, NOT_SETTINGS);
      if (!settings.isEmpty()) {
        add(Kind.SETTINGS, route.getName(), "", "changed: " + String.join(", ", settings));
      }
    }
    before.keySet().forEach(name -> add(Kind.ROUTE, name, "", "route removed"));
  }

  /** Basis points by variant. */
  private static Map<String, Integer> shares(Route route) {
    var shares = new LinkedHashMap<String, Integer>();
    for (Variant variant : route.getVariantsList()) {
      shares.put(
          variant.getName() + " " + variant.getModel() + "/" + variant.getVersion(),
          variant.getWeightBasisPoints());
    }
    return shares;
  }

  private static String weights(Map<String, Integer> before, Map<String, Integer> after) {
    var variants = new TreeSet<>(before.keySet());
    variants.addAll(after.keySet());
    return variants.stream()
        .filter(variant ->
            before.getOrDefault(variant, -1).intValue() != after.getOrDefault(variant, -1))
        .map(variant ->
            variant
                + (before.containsKey(variant) ? " from " + percent(before.get(variant)) : "")
                + (after.containsKey(variant)
                    ? (before.containsKey(variant) ? " to " : " ") + percent(after.get(variant))
                    : " to none"))
        .collect(Collectors.joining(", "));
  }

  private static String percent(int basisPoints) {
    return basisPoints % 100 == 0
        ? basisPoints / 100 + " %"
        : String.format(Locale.ROOT, "%.2f %%", basisPoints / 100.0);
  }

  /** Names of the fields that differ, in order. */
  private static Set<String> differences(Message one, Message other, Set<String> passedOver) {
    var names = new TreeSet<String>();
    for (FieldDescriptor field : one.getDescriptorForType().getFields()) {
      if (!passedOver.contains(field.getName())
          && !one.getField(field).equals(other.getField(field))) {
        names.add(field.getName().replace('_', ' '));
      }
    }
    return names;
  }

  private void rollouts(List<Rollout> older, List<Rollout> newer) {
    Map<String, Rollout> before = by(older, Rollout::getId);
    for (Rollout rollout : newer) {
      Rollout was = before.get(rollout.getId());
      if (was == null
          || was.getState() != rollout.getState()
          || was.getStep() != rollout.getStep()) {
        found.add(entered(rollout, at));
      }
    }
  }

  /** That a rollout came into its state or step, when it says, else at some time. */
  static Deployment entered(Rollout rollout, Instant otherwise) {
    int step = rollout.getStep();
    String share =
        step < rollout.getSpec().getStepsCount()
            ? ", step %d of %d with %s"
                .formatted(
                    step + 1,
                    rollout.getSpec().getStepsCount(),
                    percent(rollout.getSpec().getSteps(step).getCanaryBasisPoints()))
            : "";
    String reason = rollout.getReason().isEmpty() ? "" : ": " + rollout.getReason();
    return new Deployment(
        rollout.hasEnteredAt() ? instant(rollout.getEnteredAt()) : otherwise,
        Kind.ROLLOUT,
        rollout.getSpec().getRoute(),
        "",
        "rollout of version %s beside %s: %s%s"
            .formatted(
                rollout.getSpec().getCanaryVersion(),
                rollout.getBaselineVersion(),
                word(rollout.getState()),
                rollout.hasEndedAt() ? reason : share + reason));
  }

  private static String word(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void versions(List<ModelVersion> older, List<ModelVersion> newer) {
    Map<String, ModelVersion> before = by(older, v -> v.getModel() + "/" + v.getVersion());
    for (ModelVersion version : newer) {
      ModelVersion was = before.remove(version.getModel() + "/" + version.getVersion());
      if (was == null) {
        add(Kind.VERSION, "", version.getModel(), "version " + version.getVersion() + " came");
        continue;
      }
      Set<String> changed = differences(was, version, Set.of());
      if (!changed.isEmpty()) {
        add(
            Kind.VERSION,
            "",
            version.getModel(),
            "version %s changed: %s".formatted(version.getVersion(), String.join(", ", changed)));
      }
    }
    before
        .values()
        .forEach(gone ->
            add(Kind.VERSION, "", gone.getModel(), "version " + gone.getVersion() + " went"));
  }

  private void aliases(List<Alias> older, List<Alias> newer) {
    Map<String, Alias> before = by(older, a -> a.getModel() + "/" + a.getAlias());
    for (Alias alias : newer) {
      Alias was = before.remove(alias.getModel() + "/" + alias.getAlias());
      if (was == null || !was.getVersion().equals(alias.getVersion())) {
        String from = was == null ? "" : " from version " + was.getVersion();
        add(
            Kind.ALIAS,
            "",
            alias.getModel(),
            "alias %s%s to version %s".formatted(alias.getAlias(), from, alias.getVersion()));
      }
    }
    before
        .values()
        .forEach(
            gone -> add(Kind.ALIAS, "", gone.getModel(), "alias " + gone.getAlias() + " removed"));
  }

  private static Instant instant(Timestamp at) {
    return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
  }
}
