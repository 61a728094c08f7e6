package dev.weir.monitor.mirror;

import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;

/**
 * What is compared with what.
 *
 * @param route route
 * @param primary what answers clients, "model/version"
 * @param shadow what answers nobody, "model/version"
 */
public record MirrorKey(String route, String primary, String shadow) {
  static MirrorKey of(MirrorPair pair) {
    return new MirrorKey(pair.getRoute(), name(pair.getPrimary()), name(pair.getShadow()));
  }

  private static String name(MirrorSide side) {
    return side.getModel() + "/" + side.getVersion();
  }
}
