package dev.weir.router.stored;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.platform.time.Clock;
import dev.weir.router.policy.Rung;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Good answers of one route, by request: bounded in number, bytes and age. When it is full the ones
 * go first that are the least likely to be asked for again (Caffeine's W-TinyLFU). Thread-safe.
 */
public final class AnswerCache {
  /** What an entry takes beside the answer: key, wrappers, the cache's own node. */
  private static final int ENTRY_BYTES = 200;

  private final Rung.Cached rung;
  private final Cache<RequestKey, StoredAnswer> answers;
  private final LongAdder kept = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /**
   * @param rung its bounds
   * @param clock for ages
   */
  public AnswerCache(Rung.Cached rung, Clock clock) {
    this.rung = rung;
    // one bound for both: an entry weighs at least its share of the bytes
    long least = Math.ceilDiv(rung.maxBytes(), rung.maxEntries());
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(rung.maxBytes())
            .weigher((RequestKey key, StoredAnswer answer) ->
                (int) Math.max(least, answer.message().length + ENTRY_BYTES))
            .expireAfterWrite(Duration.ofNanos(rung.ttlNanos()))
            .ticker(clock::nanoTime)
            .executor(Runnable::run)
            .build();
  }

  /** Whether it has these bounds. */
  public boolean isFor(Rung.Cached other) {
    return rung.equals(other);
  }

  /** Keeps an answer instead of the one before. */
  public void put(RequestKey key, StoredAnswer answer) {
    kept.increment();
    answers.put(key, answer);
  }

  /** The last answer kept; null: none, or it was too old or had to go. */
  public @Nullable StoredAnswer find(RequestKey key) {
    return answers.getIfPresent(key);
  }

  /** Counts a request that asked for a kept answer. */
  public void asked(boolean wasFound) {
    (wasFound ? hits : misses).increment();
  }

  /** Answers kept so far. */
  public long kept() {
    return kept.sum();
  }

  /** Requests that a kept answer was given for. */
  public long hits() {
    return hits.sum();
  }

  /** Requests for which there was none. */
  public long misses() {
    return misses.sum();
  }

  /** Answers in it now, roughly. */
  public long size() {
    return answers.estimatedSize();
  }
}
