package dev.weir.worker.engine;

import dev.weir.platform.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * Name of one model version. Checked here once, because it becomes part of paths and of another
 * server's model names.
 *
 * @param model 1 to 128 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit
 * @param version a positive decimal number of at most 18 digits, without leading zeros
 */
public record VersionKey(String model, String version) {
  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");

  public VersionKey {
    if (!MODEL.matcher(model).matches()) {
      throw new InvalidValueException(
          "model name", model, "1 to 128 of A-Z a-z 0-9 . _ -, starting with a letter or digit");
    }
    if (!VERSION.matcher(version).matches()) {
      throw new InvalidValueException(
          "version of model " + model, version, "a positive decimal number of at most 18 digits");
    }
  }

  /** The version as a number: the largest one is the newest. */
  public long number() {
    return Long.parseLong(version);
  }

  @Override
  public String toString() {
    return model + "/" + version;
  }
}
