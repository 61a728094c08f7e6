package dev.weir.router.policy;

/**
 * A version of a model.
 *
 * @param model model name
 * @param version positive decimal number without leading zeros
 */
public record VersionId(String model, String version) {
  @Override
  public String toString() {
    return model + "/" + version;
  }
}
