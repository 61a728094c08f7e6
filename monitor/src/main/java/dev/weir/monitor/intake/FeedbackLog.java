package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;

/**
 * What changed in a {@link FeedbackJoin} and is not on disk yet. From time to time it asks for all
 * that is known instead: the file then begins anew with that, so it stays a few times as long as
 * what is live. Bounded by that too. Thread-safe.
 */
public final class FeedbackLog {
  private static final int SHORTEST = 10_000;

  /**
   * What is to be written.
   *
   * @param anew in place of all that was written before
   */
  public record Pending(boolean anew, List<FeedbackEntry> entries) {}

  @GuardedBy("this")
  private List<FeedbackEntry> entries = new ArrayList<>();

  /** The entries begin with all that is known. */
  @GuardedBy("this")
  private boolean anew = true;

  @GuardedBy("this")
  private long imageEntries;

  @GuardedBy("this")
  private long sinceImage;

  @GuardedBy("this")
  private boolean wantsImage;

  /** Begins a file. */
  public FeedbackLog() {}

  synchronized void append(FeedbackEntry entry) {
    sinceImage++;
    if (sinceImage > SHORTEST + 2 * imageEntries) {
      wantsImage = true;
      // an image follows with the next change: what waits is in it
      entries = new ArrayList<>();
    } else {
      entries.add(entry);
    }
  }

  /** Whether the next thing should be {@link #begin}. */
  synchronized boolean wantsImage() {
    return wantsImage;
  }

  /** Takes all that is known; called while nothing can change it. */
  synchronized void begin(List<FeedbackEntry> image) {
    entries = new ArrayList<>(image);
    anew = true;
    imageEntries = image.size();
    sinceImage = 0;
    wantsImage = false;
  }

  /** What is to be written now; it is waited for until it comes back or another is taken. */
  public synchronized Pending take() {
    if (wantsImage) {
      // the change that asks for it is still under way, and nobody has been told of it
      return new Pending(false, List.of());
    }
    var pending = new Pending(anew, entries);
    entries = new ArrayList<>();
    anew = false;
    return pending;
  }

  /** What was taken could not be written: it is taken again with what came since. */
  public synchronized void notWritten(Pending pending) {
    if (anew) {
      // all that is known was put in since
      return;
    }
    var all = new ArrayList<>(pending.entries());
    all.addAll(entries);
    entries = all;
    anew = pending.anew();
  }
}
