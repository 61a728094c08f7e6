package dev.weir.router.identity;

import dev.weir.platform.file.NamedFile;
import dev.weir.platform.file.ReloadedFiles;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.router.limit.TokenBucket;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * From the value of an {@code authorization} header to an identity. A token is verified once and
 * remembered, by its hash, until it expires or the issuer's keys change. Thread-safe; verifying
 * costs the calling thread some 50 to 200 us of processor time, and nothing blocks.
 *
 * <p>Metrics: {@code weir_router_tokens_total} by {@code result}: hit, verified, or the fault.
 */
final class BearerTokens implements AutoCloseable {
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");
  private static final String SCHEME = "bearer ";
  private static final int BURST_SECONDS = 10;
  private static final Duration REFUSAL_HOLDS = Duration.ofSeconds(1);
  private static final Duration LONGEST_MEMORY = Duration.ofHours(24);

  private final TokenConfig config;
  private final Clock clock;
  private final ReloadedFiles<TokenKeys> keys;
  private final TokenVerifier verifier;
  private final TokenCache cache;
  private final List<CountedRefusal> refusals;
  private final TokenBucket fresh;
  private final LongAdder hits = new LongAdder();
  private final LongAdder verified = new LongAdder();
  private final ObservableLongCounter counter;

  /** In order of the faults. */
  private record CountedRefusal(
      TokenFault fault, Identification.Refused refusal, LongAdder count) {}

  /**
   * Reads the keys now, and follows their file.
   *
   * @throws dev.weir.platform.error.InvalidValueException when it cannot be used
   */
  BearerTokens(TokenConfig config, Clock clock, Scheduler scheduler, Meter meter) {
    this.config = config;
    this.clock = clock;
    this.verifier = new TokenVerifier(config);
    this.cache = new TokenCache(config.maxCachedTokens());
    this.fresh = new TokenBucket(clock.nanoTime());
    this.refusals =
        Stream.of(TokenFault.values())
            .map(fault ->
                new CountedRefusal(
                    fault,
                    new Identification.Refused(fault.code(), fault.message(config)),
                    new LongAdder()))
            .toList();
    var file = new NamedFile("identity.token.jwks", config.jwks());
    Set<String> accepted = Set.copyOf(config.algorithms());
    this.keys =
        new ReloadedFiles<>(
            "identity.token",
            List.of(file),
            contents -> TokenKeys.read(file, contents.getFirst(), accepted),
            config.reloadInterval(),
            scheduler);
    keys.registerWith(meter);
    this.counter =
        meter
            .counterBuilder("weir_router_tokens")
            .setDescription("Tokens looked at, by what came of it.")
            .buildWithCallback(measurement -> {
              measurement.record(hits.sum(), Attributes.of(RESULT, "hit"));
              measurement.record(verified.sum(), Attributes.of(RESULT, "verified"));
              for (CountedRefusal refusal : refusals) {
                measurement.record(
                    refusal.count().sum(), Attributes.of(RESULT, refusal.fault().word()));
              }
            });
  }

  TokenKeys keysInForce() {
    return keys.current();
  }

  long nanoTime() {
    return clock.nanoTime();
  }

  /** Counts a finding that a connection has kept and used again. */
  void countHit() {
    hits.increment();
  }

  /** A connection's share of the tokens that are verified. */
  TokenBucket shareOfConnection() {
    return new TokenBucket(clock.nanoTime());
  }

  /** Takes from both; what one of them has given is not put back, so that no rate is exceeded. */
  private boolean mayVerify(TokenBucket ofConnection) {
    long now = clock.nanoTime();
    return take(ofConnection, config.maxNewPerConnection(), now)
        && take(fresh, config.maxNewPerSecond(), now);
  }

  private static boolean take(TokenBucket from, int perSecond, long now) {
    return from.take(now, TokenBucket.intervalNanos(perSecond), perSecond * BURST_SECONDS);
  }

  /** What is said to a request with more than one header. */
  Identification several() {
    return faulty(TokenFault.SEVERAL, keys.current()).identification();
  }

  /**
   * Never throws, whatever the header holds.
   *
   * @param ofConnection the {@link #shareOfConnection} of whoever sends it
   */
  TokenFinding find(CharSequence authorization, TokenBucket ofConnection) {
    TokenKeys inForce = keys.current();
    if (!isBearer(authorization)) {
      return faulty(TokenFault.SCHEME, inForce);
    }
    int begin = SCHEME.length();
    while (begin < authorization.length() && authorization.charAt(begin) == ' ') {
      begin++;
    }
    if (authorization.length() - begin > config.maxTokenBytes()) {
      return faulty(TokenFault.LENGTH, inForce);
    }
    String token = authorization.subSequence(begin, authorization.length()).toString();
    TokenHash hash = TokenHash.of(token);
    TokenFinding cached = cache.find(hash);
    if (cached != null && cached.holds(inForce, clock.nanoTime())) {
      hits.increment();
      return cached;
    }
    if (!mayVerify(ofConnection)) {
      return faulty(TokenFault.TOO_MANY, inForce);
    }
    return switch (verifier.verify(token, inForce, clock.now())) {
      case TokenVerifier.Result.Faulty(TokenFault fault) -> faulty(fault, inForce);
      case TokenVerifier.Result.Proven proven -> {
        verified.increment();
        var finding =
            new TokenFinding(
                new Identification.Known(proven.identity()),
                inForce,
                clock.nanoTime() + memoryNanos(proven.until()));
        cache.put(hash, finding);
        yield finding;
      }
    };
  }

  private long memoryNanos(Instant until) {
    Duration left = Duration.between(clock.now(), until);
    return (left.compareTo(LONGEST_MEMORY) < 0 ? left : LONGEST_MEMORY).toNanos();
  }

  /** Whether a connection may keep such a header. */
  boolean isShort(CharSequence authorization) {
    return authorization.length() <= SCHEME.length() + config.maxTokenBytes();
  }

  /**
   * A refusal holds for one second: one that is not valid yet may be later. One that was not looked
   * at holds no time.
   */
  private TokenFinding faulty(TokenFault fault, TokenKeys inForce) {
    CountedRefusal counted = refusals.get(fault.ordinal());
    counted.count().increment();
    long holds = fault == TokenFault.TOO_MANY ? 0 : REFUSAL_HOLDS.toNanos();
    return new TokenFinding(counted.refusal(), inForce, clock.nanoTime() + holds);
  }

  private static boolean isBearer(CharSequence authorization) {
    if (authorization.length() < SCHEME.length()) {
      return false;
    }
    for (int i = 0; i < SCHEME.length(); i++) {
      char c = authorization.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
      if (lower != SCHEME.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    counter.close();
    keys.close();
  }
}
