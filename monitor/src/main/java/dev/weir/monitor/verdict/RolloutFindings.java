package dev.weir.monitor.verdict;

import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.alert.Severity;
import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What people are to be told about rollouts and the way to the registry. Thread-safe. */
public final class RolloutFindings {
  /** A canary was found to break a guardrail. */
  public static final String GUARDRAIL_VIOLATED = "GuardrailViolated";

  /** A rollout's experiment is broken: nothing can be concluded. */
  public static final String EXPERIMENT_INVALID = "ExperimentInvalid";

  /** The registry takes no verdicts. */
  public static final String REGISTRY_SILENT = "RegistrySilent";

  private static final Duration LONG_SILENCE = Duration.ofSeconds(10);

  private final Findings findings;
  private final Clock clock;
  private final Map<String, Rollout> rollouts = new ConcurrentHashMap<>();

  /** Tells {@code findings}. */
  public RolloutFindings(Findings findings, Clock clock) {
    this.findings = findings;
    this.clock = clock;
  }

  /** Takes the newest word about rollouts. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<String, Rollout>();
    snapshot.getRolloutsList().forEach(rollout -> newest.put(rollout.getId(), rollout));
    rollouts.putAll(newest);
    rollouts.keySet().retainAll(newest.keySet());
  }

  /** It was decided just now to roll back. */
  public void decided(Verdict verdict) {
    findings.firing(finding(GUARDRAIL_VIOLATED, Severity.CRITICAL, verdict));
  }

  /** Looks at the verdicts of now; to be called every few seconds. */
  public void look(List<Verdict> verdicts, Duration silence) {
    for (Verdict verdict : verdicts) {
      Finding invalid = finding(EXPERIMENT_INVALID, Severity.WARNING, verdict);
      if (verdict.getState() == VerdictState.INVALID) {
        findings.firing(invalid);
      } else {
        findings.quiet(invalid.identity());
      }
    }
    Finding silent =
        Finding.of(
            REGISTRY_SILENT,
            Map.of(),
            Severity.CRITICAL,
            "the registry has taken no verdict for %d s: a bad canary would not be rolled back"
                .formatted(silence.toSeconds()),
            clock.now().minus(silence),
            Map.of("seconds", (double) silence.toSeconds()));
    if (silence.compareTo(LONG_SILENCE) >= 0) {
      findings.firing(silent);
    } else {
      findings.quiet(silent.identity());
    }
  }

  private Finding finding(String kind, Severity severity, Verdict verdict) {
    var labels = new HashMap<String, String>();
    labels.put("rollout", verdict.getRolloutId());
    Rollout rollout = rollouts.get(verdict.getRolloutId());
    if (rollout != null) {
      labels.put("route", rollout.getSpec().getRoute());
      labels.put("model", rollout.getModel());
      labels.put("version", rollout.getSpec().getCanaryVersion());
    }
    Instant since = Instant.ofEpochSecond(verdict.getAt().getSeconds(), verdict.getAt().getNanos());
    return new Finding(
        kind,
        labels,
        severity,
        verdict.getExplanation(),
        since,
        Map.of(
            "log_evidence",
            verdict.getReleaseLogE(),
            "canary_requests",
            (double) verdict.getCanaryRequests()),
        verdict.getExemplarTraceIdsList(),
        verdict.getExemplarRequestIdsList());
  }
}
