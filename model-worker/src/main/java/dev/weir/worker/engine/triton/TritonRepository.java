package dev.weir.worker.engine.triton;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Triton's model repository as this worker writes it. Under explicit model control Triton reads a
 * model's folder only when it is told to load it, so a folder that is half written by a worker that
 * was killed does no harm: the next load writes it anew.
 */
final class TritonRepository {
  private static final String PYTHON_MODEL = "model.py";

  private final Path folder;
  private final TritonConfig config;

  TritonRepository(TritonConfig config) {
    this.folder = config.repository();
    this.config = config;
  }

  /** Writes a model's folder. */
  void write(TritonName name, TritonLayout layout, Path artifact) throws IOException {
    delete(name);
    Path model = folder.resolve(name.text());
    Path version = Files.createDirectories(model.resolve("1"));
    Files.copy(artifact, version.resolve("model.onnx"));
    if (config.backend() == TritonConfig.Backend.PYTHON) {
      writePythonModel(version.resolve(PYTHON_MODEL));
    }
    Files.writeString(model.resolve("config.pbtxt"), TritonModelText.of(name, layout, config));
  }

  private void writePythonModel(Path file) throws IOException {
    if (!config.pythonModel().toString().isEmpty()) {
      Files.copy(config.pythonModel(), file, StandardCopyOption.REPLACE_EXISTING);
      return;
    }
    try (InputStream own = TritonRepository.class.getResourceAsStream(PYTHON_MODEL)) {
      if (own == null) {
        throw new IllegalStateException("not in the jar: " + PYTHON_MODEL);
      }
      Files.copy(own, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes a model's folder, if it is there. */
  void delete(TritonName name) throws IOException {
    Path model = folder.resolve(name.text());
    if (!Files.exists(model)) {
      return;
    }
    try (Stream<Path> files = Files.walk(model)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
