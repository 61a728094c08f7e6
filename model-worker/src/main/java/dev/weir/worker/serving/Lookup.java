package dev.weir.worker.serving;

import dev.weir.worker.admission.Refusal;
import dev.weir.worker.admission.ShownText;
import dev.weir.worker.placement.ServedVersion;
import dev.weir.worker.placement.VersionTable;
import io.grpc.Status;

/**
 * From the names in a request to a version, or to the refusal that a Triton client expects: texts
 * and codes are those of a running Triton, which its own sample clients compare.
 */
final class Lookup {
  private Lookup() {}

  /** What was found. */
  sealed interface Result {
    record Found(ServedVersion version) implements Result {}

    record Missing(Refusal refusal) implements Result {}
  }

  /**
   * @param version a version, or empty for the newest that takes requests
   */
  static Result find(VersionTable table, String model, String version) {
    if (version.isEmpty()) {
      return result(table.findNewest(model), model, version);
    }
    long number = number(version);
    return number < 1
        ? new Result.Missing(badVersion(version))
        : result(table.find(model, number), model, version);
  }

  /** Whether a text can be a version. */
  static boolean isVersion(String version) {
    return version.isEmpty() || number(version) >= 1;
  }

  static Refusal badVersion(String version) {
    return new Refusal(
        Status.Code.INVALID_ARGUMENT,
        "version",
        "failed to get model version from specified version string '"
            + ShownText.of(version)
            + "' (details: stoll), version should be an integral value > 0");
  }

  private static long number(String version) {
    if (version.length() > 18) {
      return -1;
    }
    try {
      return Long.parseLong(version);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static Result result(VersionTable.Found found, String model, String version) {
    String name = "Request for unknown model: '" + ShownText.of(model) + "'";
    return switch (found) {
      case VersionTable.Found.Serving(var served) -> new Result.Found(served);
      case VersionTable.Found.UnknownModel() ->
          missing(Status.Code.NOT_FOUND, "unknown_model", name + " is not found");
      case VersionTable.Found.UnknownVersion() ->
          missing(
              Status.Code.NOT_FOUND,
              "unknown_version",
              name + " version " + version + " is not found");
      case VersionTable.Found.NoVersions() ->
          missing(Status.Code.NOT_FOUND, "no_versions", name + " has no available versions");
      case VersionTable.Found.NotReady(var key) ->
          missing(
              Status.Code.UNAVAILABLE,
              "not_ready",
              name + " version " + key.version() + " is not at ready state");
    };
  }

  private static Result missing(Status.Code code, String reason, String message) {
    return new Result.Missing(new Refusal(code, reason, message));
  }
}
