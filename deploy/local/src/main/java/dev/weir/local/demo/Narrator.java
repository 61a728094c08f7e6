package dev.weir.local.demo;

import dev.weir.platform.time.Clock;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells the story on a terminal. Live lines are rewritten in place on a terminal; elsewhere one is
 * printed every few seconds. Thread-safe.
 */
final class Narrator {
  private static final long LIVE_EVERY_NANOS = 5_000_000_000L;

  private final PrintStream out;
  private final boolean terminal;
  private final Clock clock;
  private final long start;
  private long lastLiveNanos;
  private boolean liveLineOpen;

  /**
   * @param terminal whether colours and rewriting work
   */
  Narrator(PrintStream out, boolean terminal, Clock clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.start = clock.nanoTime();
    this.lastLiveNanos = start - LIVE_EVERY_NANOS;
  }

  /** A new chapter. */
  synchronized void chapter(String title) {
    endLive();
    out.println();
    out.println(stamp() + bold(title));
  }

  /** A fact. */
  synchronized void say(String text) {
    endLive();
    out.println(stamp() + "  " + text);
  }

  /** A step that held. */
  synchronized void held(String text) {
    endLive();
    out.println(stamp() + colour("32", "  ok  ") + text);
  }

  /** A step that did not hold. */
  synchronized void failed(String text) {
    endLive();
    out.println(stamp() + colour("31", "FAILED  ") + text);
  }

  /** What is going on right now. */
  synchronized void live(String text) {
    if (terminal) {
      out.print("\r\u001b[2K" + stamp() + "  " + text);
      out.flush();
      liveLineOpen = true;
    } else if (clock.nanoTime() - lastLiveNanos >= LIVE_EVERY_NANOS) {
      lastLiveNanos = clock.nanoTime();
      out.println(stamp() + "  " + text);
    }
  }

  private void endLive() {
    if (liveLineOpen) {
      out.print("\r\u001b[2K");
      liveLineOpen = false;
    }
  }

  private String stamp() {
    return colour("2", String.format(Locale.ROOT, "%6.1f s ", (clock.nanoTime() - start) / 1e9));
  }

  private String bold(String text) {
    return colour("1", text);
  }

  private String colour(String code, String text) {
    return terminal ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
