package dev.weir.local.mesh;

import dev.weir.platform.error.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which real components take the place of embedded defaults.
 *
 * @param triton each worker fronts a Triton of its own instead of running ONNX Runtime in-process
 * @param consul discovery by Consul instead of the registry
 * @param jaeger traces go to Jaeger too
 */
public record Components(boolean triton, boolean consul, boolean jaeger) {
  /** Embedded defaults only. */
  public static final Components EMBEDDED = new Components(false, false, false);

  /** The program that an environment variable names. */
  static Path program(Map<String, String> environment, String variable, String component) {
    String value = environment.get(variable);
    if (value == null || value.isBlank()) {
      throw new InvalidValueException(
          variable,
          "not set",
          "the " + component + " program; ./weir components " + component + " installs it");
    }
    Path program = Path.of(value);
    if (!Files.isExecutable(program)) {
      throw new InvalidValueException(variable, value, "a program that can be run");
    }
    return program;
  }
}
