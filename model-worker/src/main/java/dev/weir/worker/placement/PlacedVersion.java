package dev.weir.worker.placement;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.worker.engine.VersionKey;
import java.util.regex.Pattern;

/**
 * What a placement names: a version and its artifact. Another artifact under the same version (from
 * a registry with a new database) is another placed version.
 *
 * @param key model and version
 * @param sha256 digest of the artifact, 64 lower-case hexadecimal digits
 */
public record PlacedVersion(VersionKey key, String sha256) {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  public PlacedVersion {
    if (!DIGEST.matcher(sha256).matches()) {
      throw new InvalidValueException(
          "artifact digest of " + key, sha256, "64 lower-case hexadecimal digits");
    }
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
