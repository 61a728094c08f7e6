package dev.weir.local;

import dev.weir.local.demo.StartUpRehearsal;
import dev.weir.local.mesh.Components;
import dev.weir.local.mesh.Jvm;
import dev.weir.local.mesh.LocalMesh;
import dev.weir.local.mesh.MeshOptions;
import dev.weir.local.mesh.Service;
import dev.weir.platform.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs every service in this one JVM, sends some requests through, and ends: what the JVM then
 * knows about start-up is recorded by {@code -XX:AOTCacheOutput} (JEP 514) and halves the start of
 * each real service.
 */
public final class AotTraining {
  private AotTraining() {}

  /** Needs {@code -Dweir.home}, the checkout. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("weir-training");
    int status;
    try {
      var options = new MeshOptions(folder.resolve("mesh"), 1, Components.EMBEDDED, 1.0, Map.of());
      var mesh =
          new LocalMesh(
              options, Jvm.likeThisOne(), Map.of(), false, Clock.system(), System.out::println);
      for (Service service : mesh.services()) {
        Thread.ofPlatform()
            .daemon(true)
            .name(service.name())
            .start(() -> WeirCommand.service(service.kind(), service.arguments(), Map.of()));
      }
      status =
          StartUpRehearsal.run(Path.of(System.getProperty("weir.home", ".")), mesh, Clock.system())
              ? 0
              : 1;
    } finally {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "clean-up"));
    }
    System.exit(status);
  }

  private static void delete(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> paths = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    } catch (java.io.IOException e) {
      System.err.println("left behind: " + folder + " (" + e.getMessage() + ")");
    }
  }
}
