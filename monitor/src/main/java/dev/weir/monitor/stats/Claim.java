package dev.weir.monitor.stats;

/** What a guardrail says about a number of which less is better. */
public sealed interface Claim {
  /**
   * The canary's is at most this much over the baseline's. A negative tolerance says that it is
   * better by as much (superiority).
   *
   * @param tolerated over -1, under 1
   */
  record NotWorse(double tolerated) implements Claim {
    public NotWorse {
      if (!(tolerated > -1 && tolerated < 1)) {
        throw new IllegalArgumentException(
            "tolerated: " + tolerated + " (expected: over -1, under 1)");
      }
    }
  }

  /**
   * The canary's is at most this much over and at most as much under the baseline's.
   *
   * @param tolerated over 0, under 1
   */
  record Equivalent(double tolerated) implements Claim {
    public Equivalent {
      if (!(tolerated > 0 && tolerated < 1)) {
        throw new IllegalArgumentException(
            "tolerated: " + tolerated + " (expected: over 0, under 1)");
      }
    }
  }

  /**
   * The canary's is at most this, whatever the baseline's is.
   *
   * @param bound over 0, under 1
   */
  record AtMost(double bound) implements Claim {
    public AtMost {
      if (!(bound > 0 && bound < 1)) {
        throw new IllegalArgumentException("bound: " + bound + " (expected: over 0, under 1)");
      }
    }
  }

  /** Writes a claim: {@code uint8 kind (0 NotWorse, 1 Equivalent, 2 AtMost), float64 number}. */
  static void write(Claim claim, StateWriter out) {
    switch (claim) {
      case NotWorse(double tolerated) -> out.uint8(0).float64(tolerated);
      case Equivalent(double tolerated) -> out.uint8(1).float64(tolerated);
      case AtMost(double bound) -> out.uint8(2).float64(bound);
    }
  }

  /** The claim that {@link #write} wrote. */
  static Claim read(StateReader in) {
    int kind = in.uint8();
    double number = in.float64();
    return switch (kind) {
      case 0 -> new NotWorse(number);
      case 1 -> new Equivalent(number);
      case 2 -> new AtMost(number);
      default -> throw in.damaged("claim " + kind + " (expected: 0, 1 or 2)");
    };
  }
}
