package dev.weir.worker.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineContract;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine's contract kept by a real Triton, and what is Triton's own: it can go away and come
 * back.
 */
final class TritonEngineIT extends EngineContract {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private static Path tritonFolder;
  private static TritonProcess triton;

  private Scheduler scheduler;
  private GrpcChannel channel;
  private TritonEngine engine;

  @BeforeAll
  static void startTriton() throws IOException {
    triton = TritonProcess.start(tritonFolder);
  }

  @AfterAll
  static void stopTriton() throws InterruptedException {
    if (triton != null) {
      triton.close();
    }
  }

  @BeforeEach
  void open() {
    scheduler = Scheduler.system("triton-test");
    channel = GrpcChannel.to(HostAndPort.parse("triton", triton.address()), List.of());
    TritonConfig defaults = TritonConfig.defaults();
    engine =
        new TritonEngine(
            new TritonConfig(
                triton.address(),
                triton.repository(),
                defaults.backend(),
                defaults.pythonModel(),
                defaults.maxBatchSize(),
                defaults.maxBatchDelay(),
                defaults.copies(),
                defaults.loadTimeout(),
                Duration.ofMillis(100),
                defaults.probeTimeout()),
            channel.channel(),
            scheduler,
            Clock.system());
    engine.start();
  }

  @AfterEach
  void close() throws Exception {
    engine.close();
    scheduler.close();
    channel.close();
  }

  @Override
  protected Engine engine() {
    return engine;
  }

  @Test
  void a_triton_that_dies_is_noticed_and_one_that_comes_back_can_be_used_again() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    var version = Versions.sumAndProduct("1", bytes);
    Path artifact = artifact(bytes);
    engine.load(version, artifact);
    var seen = new CopyOnWriteArrayList<EngineHealth>();
    engine.onHealthChange(() -> seen.add(engine.health()));
    triton.kill();
    await().atMost(SOON).until(() -> engine.health() instanceof EngineHealth.Down);
    triton.start();
    await().atMost(SOON).until(() -> seen.size() == 2);
    assertThat(seen.getLast()).isEqualTo(new EngineHealth.Up());
    LoadedVersion again = engine.load(version, artifact);
    assertThat(again.infer(Versions.sumAndProductRequest(1, 1, 1, 1)).response().getOutputsCount())
        .isEqualTo(2);
    again.unload();
  }

  @Test
  void what_an_earlier_worker_left_is_unloaded() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    engine.load(Versions.sumAndProduct("7", bytes), artifact(bytes));
    engine.close();
    var next =
        new TritonEngine(
            new TritonConfig(
                triton.address(),
                triton.repository(),
                TritonConfig.Backend.PYTHON,
                Path.of(""),
                0,
                Duration.ZERO,
                1,
                Duration.ofSeconds(60),
                Duration.ofMillis(100),
                Duration.ofSeconds(1)),
            channel.channel(),
            scheduler,
            Clock.system());
    next.start();
    assertThat(next.health()).isEqualTo(new EngineHealth.Up());
    try (var folders = Files.list(triton.repository())) {
      assertThat(folders.map(folder -> folder.getFileName().toString()))
          .noneMatch(name -> name.startsWith("test--7--"));
    }
    next.close();
  }
}
