package dev.weir.router.identity;

/**
 * What was found of a token.
 *
 * @param keys the keys in force then: with others it has to be verified again
 * @param untilNanos until when it holds, by the clock's {@code nanoTime}
 */
record TokenFinding(Identification identification, TokenKeys keys, long untilNanos) {
  boolean holds(TokenKeys keysInForce, long nowNanos) {
    return keys == keysInForce && untilNanos - nowNanos > 0;
  }
}
