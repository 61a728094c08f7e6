package dev.weir.router.policy;

import dev.weir.router.wire.StatusCode;

/** Refusals in the very words and codes of Triton: clients and health checks look for them. */
public final class TritonTexts {
  private TritonTexts() {}

  /** Nothing is known by that name. */
  public static Decision.Refused unknownModel(String model) {
    return new Decision.Refused(
        StatusCode.NOT_FOUND, "Request for unknown model: '" + model + "' is not found");
  }

  /** The model is known, that version of it is not. */
  public static Decision.Refused unknownVersion(String model, String version) {
    return new Decision.Refused(
        StatusCode.NOT_FOUND,
        "Request for unknown model: '" + model + "' version " + version + " is not found");
  }

  /** The version is known but no worker has it ready. */
  public static Decision.Refused notReady(String model, String version) {
    return new Decision.Refused(
        StatusCode.UNAVAILABLE,
        "Request for unknown model: '" + model + "' version " + version + " is not at ready state");
  }

  /** The version is not a number, or not a positive one. */
  public static Decision.Refused badVersion(String version) {
    return new Decision.Refused(
        StatusCode.INVALID_ARGUMENT,
        "failed to get model version from specified version string '"
            + version
            + "', version should be an integral value > 0");
  }
}
