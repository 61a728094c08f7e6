package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Experiments that exclude each other: the layer's salt puts a key into one of 10,000 slots, and
 * each slot belongs to one experiment at most. Within the experiment, a hash of its own puts the
 * key into one of the buckets of the arms, so that arms are independent of slots and of all other
 * layers.
 */
final class ExperimentLayer {
  private final KeySource source;
  private final StickyHash slotHash;
  private final BucketOwners<Arms> slots;
  private final List<String> experiments;

  /** One experiment: how its arms are drawn, and which buckets are whose. */
  record Arms(StickyHash hash, BucketOwners<ExperimentArm> buckets) {}

  ExperimentLayer(
      KeySource source,
      StickyHash slotHash,
      BucketOwners<Arms> slots,
      Collection<String> experiments) {
    this.source = source;
    this.slotHash = slotHash;
    this.slots = slots;
    this.experiments = List.copyOf(experiments);
  }

  /** The seed of an experiment's arms. */
  static StickyHash armHash(String layerSalt, String experiment) {
    return new StickyHash(layerSalt + '\n' + experiment);
  }

  /** Names of its experiments. */
  List<String> experiments() {
    return experiments;
  }

  /** The request's key; null: it is in no experiment of this layer. */
  @Nullable KeyValue keyOf(RequestFacts request) {
    return source.keyOf(request);
  }

  /** The experiment that a key is in; null: none. */
  @Nullable Arms experimentOf(KeyValue key) {
    return slots.ownerOf(StickyHash.bucket(slotHash.unit(key)));
  }

  /** The arm of a unit, as {@code arms.hash()} gave it. */
  static ExperimentArm armOf(Arms arms, long unit) {
    return Objects.requireNonNull(arms.buckets().ownerOf(StickyHash.bucket(unit)));
  }
}
