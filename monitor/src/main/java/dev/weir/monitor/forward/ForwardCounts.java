package dev.weir.monitor.forward;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of the exports for one collector. Thread-safe. */
final class ForwardCounts {
  /** The word is the label. */
  enum Result {
    /** The collector took it. */
    SENT("sent"),
    /** An attempt failed and is made again. */
    RETRIED("retried"),
    /** The collector does not want it. */
    REFUSED("refused"),
    /** There was no room to let it wait. */
    DROPPED("dropped");

    private final String word;

    Result(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final Map<Signal, Map<Result, LongAdder>> counts = new EnumMap<>(Signal.class);

  ForwardCounts() {
    for (Signal signal : Signal.values()) {
      var results = new EnumMap<Result, LongAdder>(Result.class);
      for (Result result : Result.values()) {
        results.put(result, new LongAdder());
      }
      counts.put(signal, results);
    }
  }

  void add(Signal signal, Result result) {
    adder(signal, result).increment();
  }

  long of(Signal signal, Result result) {
    return adder(signal, result).sum();
  }

  private LongAdder adder(Signal signal, Result result) {
    LongAdder adder = counts.getOrDefault(signal, Map.of()).get(result);
    if (adder == null) {
      throw new IllegalStateException("no count of " + signal + " " + result);
    }
    return adder;
  }
}
