package dev.weir.loadtest.bench;

import dev.weir.platform.error.Check;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code loadtest/bench/verify} runs once everything is built. */
@Command(name = "verify", mixinStandardHelpOptions = true, sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
  private static final long HANGING_SECONDS = 10;

  @Option(names = "--calls", defaultValue = "2000")
  private long calls;

  @Option(names = "--max-bytes", defaultValue = "1048576")
  private int maxBytes;

  @Option(names = "--workers", defaultValue = "16")
  private int workers;

  @Option(names = "--connections", defaultValue = "4")
  private int connections;

  @Option(names = "--seed")
  private @Nullable Long seed;

  @Option(names = "--tls")
  private boolean tls;

  @Option(names = "--work", required = true)
  private Path work = Path.of("");

  @Option(names = "--router", required = true, split = " ")
  private List<String> router = List.of();

  private final Clock clock = Clock.system();
  private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

  /** Runs it; ends the process with its status. */
  public static void main(String[] arguments) {
    CommandLines.run("verify", new VerifyCommand(), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.inRange("--calls", calls, 1L, 100_000_000L);
    Check.inRange("--max-bytes", maxBytes, 16, 32 << 20);
    Check.inRange("--workers", workers, 1, 1_000);
    Check.inRange("--connections", connections, 1, 1_000);
    Files.createDirectories(work);
    return CommandLines.withResources(
        resources -> verify(CommandLines.program("WEIR_GOCLIENT_BIN"), resources));
  }

  private int verify(Path goClient, Resources resources) throws IOException, InterruptedException {
    Tls certificates = tls ? Tls.create(goClient, work.resolve("tls")) : null;
    var echoCommand = new ArrayList<>(List.of(goClient.toString(), "echo"));
    if (certificates != null) {
      echoCommand.add("-certificate=" + certificates.certificate());
      echoCommand.add("-key=" + certificates.key());
    }
    Upstream echo =
        resources.add("echo", Upstream.start(echoCommand, Pinning.NONE, work.resolve("echo.log")));
    echo.becomeWorkers();
    var control =
        resources.add(
            "control", new StubControlPlane(BenchSnapshot.at(clock.now(), 1), certificates));
    var programs = new Contenders.Programs(Path.of(""), Path.of(""), Path.of(""), router);
    var templates = new PeerTemplates(Path.of(""), echo.ports(), certificates);
    Proxy proxy =
        resources.add(
            "router",
            new Contenders(programs, Pinning.NONE, work, templates)
                .router(Contenders.WEIR, control));
    Path body = Files.write(work.resolve("body-1k"), BodySize.parse("1k").body());
    proxy.awaitServing(new GoClient(goClient, Pinning.NONE, work), body);
    var command =
        new ArrayList<>(
            List.of(
                goClient.toString(),
                "verify",
                "-target=" + proxy.target().address(),
                "-model=" + BodySize.MODEL,
                "-calls=" + calls,
                "-max-bytes=" + maxBytes,
                "-workers=" + workers,
                "-connections=" + connections));
    if (seed != null) {
      command.add("-seed=" + Long.toUnsignedString(seed));
    }
    if (certificates != null) {
      command.add("-ca=" + certificates.certificate());
    }
    Process verifying = new ProcessBuilder(command).inheritIO().start();
    try {
      int status = verifying.waitFor();
      return noneHangs(echo) ? status : Math.max(status, 1);
    } finally {
      verifying.destroyForcibly();
    }
  }

  /** What a client has cancelled is to end at the worker too. */
  private boolean noneHangs(Upstream echo) throws IOException, InterruptedException {
    long until = clock.nanoTime() + TimeUnit.SECONDS.toNanos(HANGING_SECONDS);
    long hanging = echo.hanging();
    while (hanging > 0 && clock.nanoTime() < until) {
      echo.waitAlive(100);
      hanging = echo.hanging();
    }
    out.printf("cancelled calls that still run at the workers: %d%n", hanging);
    return hanging == 0;
  }
}
