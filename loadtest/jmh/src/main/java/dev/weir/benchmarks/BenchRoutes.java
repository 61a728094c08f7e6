package dev.weir.benchmarks;

import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;

/** Snapshots of routes that are all in a rollout, 95 to 5, and sticky by a header. */
final class BenchRoutes {
  private static final int SPLIT = 9_500;
  private static final int WHOLE = 10_000;

  private BenchRoutes() {}

  static String name(int route) {
    return "model-" + route;
  }

  static Snapshot snapshot(int routes) {
    var snapshot = Snapshot.newBuilder().setRevision(1).setEpoch("bench");
    for (int i = 0; i < routes; i++) {
      snapshot.addRoutes(
          Route.newBuilder()
              .setName(name(i))
              .setGeneration(1)
              .setRolloutId("rollout-" + i)
              .addVariants(variant(i, "baseline", "1", SPLIT, Arm.ARM_BASELINE))
              .addVariants(variant(i, "canary", "2", WHOLE - SPLIT, Arm.ARM_CANARY))
              .addBuckets(BucketRange.newBuilder().setFirst(0).setEnd(SPLIT).setVariant("baseline"))
              .addBuckets(
                  BucketRange.newBuilder().setFirst(SPLIT).setEnd(WHOLE).setVariant("canary"))
              .setSticky(StickyKey.newBuilder().setHeader(BenchRequest.SESSION).setSalt(name(i))));
    }
    return snapshot.build();
  }

  private static Variant variant(int route, String name, String version, int weight, Arm arm) {
    return Variant.newBuilder()
        .setName(name)
        .setModel(name(route))
        .setVersion(version)
        .setWeightBasisPoints(weight)
        .setArm(arm)
        .build();
  }
}
