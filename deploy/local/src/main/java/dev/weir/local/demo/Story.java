package dev.weir.local.demo;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.weir.loadtest.report.LoadReport;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.cli.RegistryClient;
import dev.weir.local.mesh.LocalMesh;
import dev.weir.platform.time.Clock;
import dev.weir.proto.registry.v1.GetRolloutRequest;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The demo's chapters. Each tells what happens and says whether it held. */
final class Story {
  private static final int BASELINE_SECONDS = 5;
  private static final int WARM_UP_SECONDS = 9;
  private static final int WARM_UP_LIMIT_SECONDS = 30;
  private static final int SETTLED_IN_FLIGHT = 10;
  private static final int STEP_LIMIT_SECONDS = 120;

  /**
   * The promise of the demo: a silently broken version is gone this long after its first request,
   * seconds.
   */
  private static final double DETECTION_PROMISE_SECONDS = 20;

  private final LocalMesh mesh;
  private final RegistryClient registry;
  private final ReplayTraffic traffic;
  private final Employment data;
  private final Narrator narrator;
  private final Clock clock;
  private final List<StepResult> results = new ArrayList<>();

  Story(
      LocalMesh mesh,
      RegistryClient registry,
      ReplayTraffic traffic,
      Employment data,
      Narrator narrator,
      Clock clock) {
    this.mesh = mesh;
    this.registry = registry;
    this.traffic = traffic;
    this.data = data;
    this.narrator = narrator;
    this.clock = clock;
  }

  /** Chapters by number. The first is always told: the others need a version that serves. */
  static final Set<Integer> CHAPTERS = Set.of(1, 2, 3, 4, 5, 6);

  /** Tells the chapters with these numbers in order, also after one that did not hold. */
  List<StepResult> tell(Set<Integer> chapters) throws IOException, InterruptedException {
    firstVersionServes();
    for (int chapter : new TreeSet<>(chapters)) {
      switch (chapter) {
        case 2 ->
            badVersion(
                2,
                "v2_silently_broken",
                "predicted_class",
                "Version 2 looked better offline, but a feature is in another unit in serving. Every answer is well-formed.");
        case 3 -> soundVersion(3);
        case 4 ->
            badVersion(
                4,
                "v4_errors",
                "error_rate",
                "Version 4 fails on values that it never saw in training.");
        case 5 -> badVersion(5, "v5_slow", "latency", "Version 5 gives the right answers, slowly.");
        case 6 -> killedWorker("worker-1");
        default -> {
          // chapter 1, told above
        }
      }
    }
    return List.copyOf(results);
  }

  private void record(String name, boolean held, String summary, Map<String, Object> figures) {
    results.add(new StepResult(name, held, summary, figures));
    if (held) {
      narrator.held(summary);
    } else {
      narrator.failed(summary);
    }
  }

  private void firstVersionServes() throws IOException {
    narrator.chapter("1  A model trained on real data goes live as version 1");
    boolean ready = goLive(1);
    if (!ready) {
      record(
          "v1_serves", false, "version 1 was not ready in " + STEP_LIMIT_SECONDS + " s", Map.of());
      return;
    }
    traffic.start();
    LoadStatistics warmUp = traffic.openWindow();
    await(WARM_UP_SECONDS, () -> false);
    // fresh JVMs compile while the first requests come: what queued up then is worked off first
    await(
        WARM_UP_LIMIT_SECONDS, () -> warmUp.ended() > 0 && traffic.inFlight() < SETTLED_IN_FLIGHT);
    LoadStatistics window = traffic.openWindow();
    await(
        BASELINE_SECONDS,
        () -> {
          narrator.live("version 1 serves, " + window.ended() + " requests");
          return false;
        });
    LoadReport report = window.report(BASELINE_SECONDS);
    if (warmUp.failed() > 0) {
      narrator.say(
          warmUp.failed()
              + " requests failed before the fresh JVMs were warm: "
              + warmUp.report(1).firstFailure());
    }
    record(
        "v1_serves",
        window.failed() == 0 && report.requests() > 0,
        String.format(
            Locale.ROOT,
            "version 1 serves %.0f requests/s, %d failed, p50 %.1f ms, p99 %.1f ms",
            report.requests() / report.seconds(),
            window.failed(),
            report.millisAt(50),
            report.millisAt(99)),
        Map.of(
            "requests",
            report.requests(),
            "failed",
            window.failed(),
            "failed_while_warming_up",
            warmUp.failed(),
            "p50_millis",
            report.millisAt(50),
            "p99_millis",
            report.millisAt(99)));
  }

  /**
   * Pushes a version, sends all of the route's traffic to it, and waits until the router can serve
   * it.
   */
  boolean goLive(int version) throws IOException {
    push(version);
    registry
        .rollouts()
        .putRoute(
            PutRouteRequest.newBuilder()
                .setRoute(
                    Route.newBuilder()
                        .setName(Employment.MODEL)
                        .addVariants(
                            Variant.newBuilder()
                                .setName("baseline")
                                .setModel(Employment.MODEL)
                                .setVersion(Integer.toString(version))
                                .setWeightBasisPoints(10_000)))
                .build());
    return await(STEP_LIMIT_SECONDS, () -> mesh.serves(Employment.MODEL));
  }

  private void badVersion(int version, String name, String guardrail, String story)
      throws IOException {
    narrator.chapter(version + "  A bad version: " + story);
    LoadStatistics window = traffic.openWindow();
    Rollout rollout = runRollout(version, window);
    String served = Employment.MODEL + "/" + version;
    long atVerdict = window.versions().getOrDefault(served, 0L);
    // answers that were under way may still come in; after this nothing may
    await(1, () -> false);
    long harmed = window.versions().getOrDefault(served, 0L);
    await(1, () -> false);
    long late = window.versions().getOrDefault(served, 0L) - harmed;

    Verdict verdict = rollout.getVerdict();
    double seconds = secondsBetween(verdict.getFirstCanaryAt(), rollout.getEndedAt());
    boolean rolledBack = rollout.getState() == RolloutState.ROLLED_BACK;
    boolean inTime = seconds <= DETECTION_PROMISE_SECONDS;
    var figures = new LinkedHashMap<String, Object>();
    figures.put("state", rollout.getState().name());
    figures.put("seconds_to_rollback", seconds);
    figures.put("requests_with_bad_version", harmed);
    figures.put("requests_after_one_second", late);
    figures.put("guardrail", verdict.getDecisiveGuardrail());
    if (rolledBack) {
      tellEvidence(rollout, atVerdict);
    } else {
      narrator.say("why: " + rollout.getReason() + " " + rollout.getWaitingFor());
    }
    boolean byGuardrail = verdict.getDecisiveGuardrail().equals(guardrail);
    record(
        name,
        rolledBack && inTime && late == 0 && byGuardrail,
        String.format(
            Locale.ROOT,
            "version %d: %s %.1f s after its first request by %s; %d requests got it, %d of them later than 1 s after that",
            version,
            rollout.getState(),
            seconds,
            verdict.getDecisiveGuardrail().isEmpty()
                ? "no guardrail"
                : verdict.getDecisiveGuardrail(),
            harmed,
            late),
        figures);
  }

  private void tellEvidence(Rollout rollout, long seen) {
    Verdict verdict = rollout.getVerdict();
    narrator.say("why: " + rollout.getReason());
    for (GuardrailEvidence evidence : verdict.getGuardrailsList()) {
      narrator.say(
          String.format(
              Locale.ROOT,
              "%-16s evidence %s of the %s that its budget asks for: %s",
              evidence.getGuardrail(),
              odds(evidence.getMaxLogE()),
              odds(evidence.getLogThreshold()),
              evidence.getStatistic()));
    }
    narrator.say(
        String.format(
            Locale.ROOT,
            "false-alarm budget %.4f for the whole rollout, however often it is looked at; %d canary answers had come",
            rollout.getSpec().getAlpha(),
            seen));
    if (verdict.getExemplarTraceIdsCount() > 0) {
      narrator.say(
          "traces: "
              + String.join(" ", verdict.getExemplarTraceIdsList())
              + "  ("
              + mesh.service("monitor").http("/")
              + ")");
    }
  }

  /** Evidence as odds: "1 : 1", "2,980 : 1". */
  private static String odds(double logE) {
    return logE > 20
        ? String.format(Locale.ROOT, "10^%.0f : 1", logE / Math.log(10))
        : String.format(Locale.ROOT, "%,.1f : 1", Math.exp(logE));
  }

  private void soundVersion(int version) throws IOException {
    narrator.chapter(version + "  A sound successor goes to all traffic, step by step");
    LoadStatistics window = traffic.openWindow();
    Rollout rollout = runRollout(version, window);
    boolean completed = rollout.getState() == RolloutState.COMPLETED;
    double seconds = secondsBetween(rollout.getCreatedAt(), rollout.getEndedAt());
    if (!completed) {
      narrator.say("why: " + rollout.getReason() + " " + rollout.getWaitingFor());
      tellEvidence(rollout, window.versions().getOrDefault(Employment.MODEL + "/" + version, 0L));
    }
    record(
        "v3_sound",
        completed && window.failed() == 0,
        String.format(
            Locale.ROOT,
            "version %d: %s after %.1f s, no false alarm; %d requests meanwhile, %d failed",
            version,
            rollout.getState(),
            seconds,
            window.ended(),
            window.failed()),
        Map.of(
            "state", rollout.getState().name(),
            "seconds", seconds,
            "requests", window.ended(),
            "failed", window.failed(),
            "reason", rollout.getReason()));
  }

  private void killedWorker(String worker) throws InterruptedException {
    narrator.chapter("6  A worker is killed under load (SIGKILL)");
    LoadStatistics window = traffic.openWindow();
    await(1, () -> false);
    mesh.kill(worker);
    narrator.say(worker + " (process " + mesh.process(worker).pid() + ") is dead");
    await(
        4,
        () -> {
          narrator.live(
              "without "
                  + worker
                  + ": "
                  + window.ended()
                  + " requests, "
                  + window.failed()
                  + " failed");
          return false;
        });
    mesh.launch(worker);
    mesh.awaitReady(worker);
    long killedAt = window.ended();
    boolean back = await(30, () -> mesh.answers(worker) > 0);
    await(2, () -> false);
    LoadReport report = window.report(1);
    if (window.failed() > 0) {
      narrator.say("first failures: " + report.firstFailure());
    }
    record(
        "worker_killed",
        back && window.failed() == 0,
        String.format(
            Locale.ROOT,
            "%s was killed and is back%s; %d requests meanwhile, %d failed, %d retried elsewhere",
            worker,
            back ? ", taking traffic" : ", but takes no traffic",
            window.ended(),
            window.failed(),
            report.retried()),
        Map.of(
            "requests",
            window.ended(),
            "failed",
            window.failed(),
            "retried",
            report.retried(),
            "requests_while_away",
            killedAt,
            "back",
            back));
  }

  private void push(int version) throws IOException {
    ModelVersion card = data.card(version);
    registry.push(card, data.artifact(version));
    narrator.say(
        String.format(
            Locale.ROOT,
            "pushed %s version %d (offline accuracy %.3f, %,d bytes): %s",
            card.getModel(),
            version,
            card.getMetricsOrDefault("accuracy", Double.NaN),
            card.getArtifact().getSizeBytes(),
            firstSentence(card.getDescription())));
  }

  private static String firstSentence(String text) {
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  /** Pushes a version, rolls it out, and follows the rollout until it is over. */
  private Rollout runRollout(int version, LoadStatistics window) throws IOException {
    push(version);
    Rollout started =
        registry
            .rollouts()
            .startRollout(StartRolloutRequest.newBuilder().setSpec(spec(version)).build())
            .getRollout();
    narrator.say("rollout " + started.getId() + ": 5 % of the traffic first");
    var latest = new Rollout[] {started};
    var step = new int[] {-1};
    await(
        STEP_LIMIT_SECONDS,
        () -> {
          Rollout now =
              registry
                  .rollouts()
                  .getRollout(GetRolloutRequest.newBuilder().setRolloutId(started.getId()).build())
                  .getRollout();
          latest[0] = now;
          if (now.getState() == RolloutState.PROGRESSING && (int) now.getStep() != step[0]) {
            step[0] = (int) now.getStep();
            narrator.say(
                String.format(
                    Locale.ROOT,
                    "version %d gets %.0f %%",
                    version,
                    now.getSpec().getSteps(step[0]).getCanaryBasisPoints() / 100.0));
          }
          narrator.live(liveLine(now, version, window));
          return now.hasEndedAt();
        });
    return latest[0];
  }

  private static String liveLine(Rollout rollout, int version, LoadStatistics window) {
    var evidence = new StringBuilder();
    rollout
        .getVerdict()
        .getGuardrailsList()
        .forEach(one ->
            evidence.append(
                String.format(Locale.ROOT, "  %s %s", one.getGuardrail(), odds(one.getLogE()))));
    return String.format(
        Locale.ROOT,
        "%s  %d requests, %d by version %d, %d failed%s%s",
        rollout.getState(),
        window.ended(),
        window.versions().getOrDefault(Employment.MODEL + "/" + version, 0L),
        version,
        window.failed(),
        evidence,
        rollout.getWaitingFor().isEmpty() ? "" : "  (" + rollout.getWaitingFor() + ")");
  }

  /**
   * 5, 25, 50, 100 %, with stays that suit a demo; three guardrails with equal shares of the
   * budget.
   */
  private static RolloutSpec spec(int version) {
    return RolloutSpec.newBuilder()
        .setRoute(Employment.MODEL)
        .setCanaryVersion(Integer.toString(version))
        .addSteps(step(500, 10, 100))
        .addSteps(step(2_500, 5, 200))
        .addSteps(step(5_000, 5, 300))
        .addSteps(step(10_000, 3, 300))
        .addGuardrails(
            Guardrail.newBuilder()
                .setName("error_rate")
                .setAction(Guardrail.Action.ROLLBACK)
                .setErrorRate(ErrorRate.getDefaultInstance()))
        .addGuardrails(
            Guardrail.newBuilder()
                .setName("latency")
                .setAction(Guardrail.Action.ROLLBACK)
                .setLatency(Latency.getDefaultInstance()))
        .addGuardrails(
            Guardrail.newBuilder()
                .setName("predicted_class")
                .setAction(Guardrail.Action.ROLLBACK)
                .setPredictedClass(PredictedClass.getDefaultInstance()))
        .build();
  }

  private static RolloutStep step(int basisPoints, int seconds, int units) {
    return RolloutStep.newBuilder()
        .setCanaryBasisPoints(basisPoints)
        .setMinDuration(Duration.newBuilder().setSeconds(seconds))
        .setMinCanaryUnits(units)
        .build();
  }

  private static double secondsBetween(Timestamp from, Timestamp to) {
    if (from.getSeconds() == 0 || to.getSeconds() == 0) {
      return Double.NaN;
    }
    return to.getSeconds() - from.getSeconds() + (to.getNanos() - from.getNanos()) / 1e9;
  }

  /** Looks every 100 ms. Returns whether it came true in time. */
  private boolean await(int seconds, BooleanSupplier condition) {
    long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.getAsBoolean()) {
      if (clock.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    return true;
  }
}
