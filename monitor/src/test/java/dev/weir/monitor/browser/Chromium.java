package dev.weir.monitor.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A running Chromium, with a profile of its own that is thrown away by whoever owns the folder. It
 * is what {@code WEIR_CHROMIUM_BIN} names, or the system's.
 */
public final class Chromium implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
  private static final List<String> SYSTEM =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  private final Process process;
  private final DevTools tools;

  private Chromium(Process process, DevTools tools) {
    this.process = process;
    this.tools = tools;
  }

  /** Starts one; without a Chromium on the machine the test is skipped and says why. */
  public static Chromium start(Path profile) throws IOException, InterruptedException {
    String program =
        Stream.concat(Stream.ofNullable(System.getenv("WEIR_CHROMIUM_BIN")), SYSTEM.stream())
            .filter(path -> !path.isBlank() && Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElse("");
    assumeTrue(
        !program.isEmpty(),
        "no Chromium on this machine: ./weir components chromium installs one, or WEIR_CHROMIUM_BIN names it");
    Process process = new ProcessBuilder(command(program, profile)).start();
    process.getOutputStream().close();
    var errors =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    var said = new StringBuilder();
    String line = errors.readLine();
    while (line != null) {
      Matcher found = LISTENING.matcher(line);
      if (found.find()) {
        Thread.ofVirtual().start(() -> errors.lines().forEach(ignored -> {}));
        return new Chromium(process, DevTools.connect(found.group(1)));
      }
      said.append(line).append('\n');
      line = errors.readLine();
    }
    throw new IOException(
        program + " ended with status " + process.waitFor() + " and said:\n" + said);
  }

  private static List<String> command(String program, Path profile) {
    var command = new ArrayList<String>();
    command.add(program);
    command.addAll(
        List.of(
            "--headless=new",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "about:blank"));
    return command;
  }

  /** A new page, which shows nothing yet. */
  public BrowserPage newPage() {
    return BrowserPage.open(tools);
  }

  @Override
  public void close() {
    tools.close();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
