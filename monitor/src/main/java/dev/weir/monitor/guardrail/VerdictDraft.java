package dev.weir.monitor.guardrail;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.guardrail.RolloutPlan.Planned;
import dev.weir.monitor.stats.Effect;
import dev.weir.monitor.stats.Evidence;
import dev.weir.monitor.stats.ReleaseEvidence;
import dev.weir.monitor.stats.ReleaseEvidence.Decision;
import dev.weir.monitor.stats.SampleRatioTest;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A verdict made from evidence; pure. Precedence: a broken experiment ({@code INVALID}, unless an
 * operator overruled it) before a violation, because the tests' promise does not hold in it; a
 * violation before everything else. The rollout may proceed only when each guardrail could be
 * judged, enough canary units were, and the evidence is not on its way to a violation; {@code
 * PASSING} is said when, besides, each guardrail was shown to hold within its tolerance.
 *
 * @param verdict what is said
 * @param rollsBack the evidence suffices to roll back
 */
record VerdictDraft(Verdict verdict, boolean rollsBack) {
  /**
   * From half of the way to a decision on (in logarithms: at 32 to 1 where 1,000 to 1 decides) a
   * rollout had better wait than give the canary more traffic. A sound one gets there with
   * probability 1/32 or less, and comes back.
   */
  private static final double CAUTIOUS_SHARE = 0.5;

  /**
   * Evidence of 20 to 1 shows that a statement holds: a guardrail whose statement is false is ever
   * called PASSING with probability 0.05 or less.
   */
  private static final double LOG_SHOWN = -Math.log(0.05);

  /**
   * What else a verdict depends on.
   *
   * @param now time
   * @param firstCanaryAt start of the first canary request's slice; null: none seen
   * @param canaryRequests requests that the canary's version got
   * @param step step of the newest evidence, from 0
   * @param stepCanaryUnits canary units seen in it
   * @param comparing the newest slice had units that could have gone either way
   * @param classDeclared the canary's signature names a class output
   * @param invalid the experiment is broken, and nobody overruled that
   * @param outcomeRatio shares of the arms among outcomes
   * @param coverage whether what a statement lives on was reported for both arms alike
   * @param ratioLogThreshold where a ratio decides
   */
  record Circumstances(
      Instant now,
      @Nullable Instant firstCanaryAt,
      long canaryRequests,
      int step,
      long stepCanaryUnits,
      boolean comparing,
      boolean classDeclared,
      boolean invalid,
      Evidence outcomeRatio,
      Function<Statement, Optional<SampleRatioTest>> coverage,
      double ratioLogThreshold) {}

  private record Said(
      VerdictState state, String decisiveGuardrail, String explanation, boolean mayProceed) {
    static Said undecided(String explanation) {
      return new Said(VerdictState.UNDECIDED, "", explanation, false);
    }
  }

  static VerdictDraft of(
      RolloutPlan plan,
      Map<String, Evidence> evidences,
      Circumstances circumstances,
      Exemplars exemplars) {
    List<ReleaseEvidence.Share> shares =
        plan.guardrails().stream().map(planned -> share(planned, evidences)).toList();
    ReleaseEvidence all = ReleaseEvidence.of(plan.alpha(), shares);
    // What was not reported for both arms alike is not used; giving evidence up is always allowed.
    ReleaseEvidence release =
        ReleaseEvidence.of(
            plan.alpha(),
            all.guardrails().stream()
                .filter(judged -> unjudgeable(plan, judged, circumstances).isEmpty())
                .map(ReleaseEvidence.Judged::share)
                .toList());
    Said said = say(plan, all, release, circumstances);
    var verdict =
        Verdict.newBuilder()
            .setRolloutId(plan.rolloutId())
            .setState(said.state())
            .setAt(timestamp(circumstances.now()))
            .setReleaseLogE(Double.isFinite(release.logE()) ? release.logE() : 0)
            .setLogThreshold(release.logThreshold())
            .setCanaryRequests(circumstances.canaryRequests())
            .setRolloutStep(circumstances.step())
            .setStepCanaryUnits(circumstances.stepCanaryUnits())
            .setExplanation(VerdictWords.printable(said.explanation()))
            .setDecisiveGuardrail(said.decisiveGuardrail())
            .setMayProceed(said.mayProceed());
    Instant first = circumstances.firstCanaryAt();
    if (first != null) {
      verdict.setFirstCanaryAt(timestamp(first));
    }
    for (ReleaseEvidence.Judged judged : all.guardrails()) {
      verdict.addGuardrails(evidenceOf(plan, judged, circumstances));
    }
    if (said.state() == VerdictState.VIOLATED) {
      Planned shown = planned(plan, mostTelling(release, said));
      verdict.addAllExemplarTraceIds(exemplars.showing(shown.statement()));
      verdict.addAllExemplarRequestIds(exemplars.requests(shown.statement()));
    }
    boolean rollsBack =
        said.state() == VerdictState.VIOLATED && release.decision() instanceof Decision.RollBack;
    return new VerdictDraft(verdict.build(), rollsBack);
  }

  private static ReleaseEvidence.Share share(Planned planned, Map<String, Evidence> evidences) {
    Evidence evidence = evidences.get(planned.name());
    if (evidence == null) {
      throw new IllegalStateException("no evidence of guardrail " + planned.name());
    }
    return new ReleaseEvidence.Share(planned.name(), planned.weight(), planned.action(), evidence);
  }

  /** The shares of the arms because of which a guardrail cannot be judged; empty: it can. */
  private static Optional<Evidence> unjudgeable(
      RolloutPlan plan, ReleaseEvidence.Judged judged, Circumstances circumstances) {
    return judged.violated()
        ? Optional.empty()
        : circumstances
            .coverage()
            .apply(planned(plan, judged.share().guardrail()).statement())
            .filter(SampleRatioTest::invalid)
            .map(SampleRatioTest::evidence);
  }

  private static Planned planned(RolloutPlan plan, String guardrail) {
    return plan.guardrails().stream()
        .filter(planned -> planned.name().equals(guardrail))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("guardrail " + guardrail + " in " + plan));
  }

  private static Said say(
      RolloutPlan plan, ReleaseEvidence all, ReleaseEvidence release, Circumstances c) {
    if (c.invalid()) {
      return new Said(
          VerdictState.INVALID,
          "",
          VerdictWords.invalid(
              c.outcomeRatio().statistic(),
              c.outcomeRatio().decisiveOutcome(),
              c.outcomeRatio().maxLogE(),
              c.ratioLogThreshold()),
          false);
    }
    return switch (release.decision()) {
      case Decision.RollBack rollBack -> rollBack(plan, release, rollBack, c);
      case Decision.Hold hold -> {
        ReleaseEvidence.Judged first = judged(release, hold.guardrails().getFirst());
        yield new Said(
            VerdictState.VIOLATED, first.share().guardrail(), violatedAlone(plan, first, c), false);
      }
      case Decision.Undecided ignored -> undecided(plan, release, all, c);
    };
  }

  private static Said rollBack(
      RolloutPlan plan, ReleaseEvidence release, Decision.RollBack decision, Circumstances c) {
    ReleaseEvidence.Judged decisive = judged(release, decision.decisiveGuardrail());
    if (decision.alone()) {
      return new Said(
          VerdictState.VIOLATED,
          decision.decisiveGuardrail(),
          violatedAlone(plan, decisive, c),
          false);
    }
    return new Said(
        VerdictState.VIOLATED,
        "",
        VerdictWords.violatedTogether(
            plan.canaryVersion(),
            decision.decisiveGuardrail(),
            decisive.share().evidence().statistic(),
            release.logE(),
            release.logThreshold(),
            when(c)),
        false);
  }

  private static String violatedAlone(
      RolloutPlan plan, ReleaseEvidence.Judged judged, Circumstances c) {
    return VerdictWords.violated(
        plan.canaryVersion(),
        judged.share().guardrail(),
        judged.share().evidence().statistic(),
        judged.share().evidence().maxLogE(),
        judged.logThreshold(),
        when(c));
  }

  private static String when(Circumstances c) {
    Instant first = c.firstCanaryAt();
    return first == null
        ? ""
        : "; %s and %,d requests after the canary's first"
            .formatted(VerdictWords.span(Duration.between(first, c.now())), c.canaryRequests());
  }

  private static Said undecided(
      RolloutPlan plan, ReleaseEvidence release, ReleaseEvidence all, Circumstances c) {
    if (c.firstCanaryAt() == null) {
      return Said.undecided(VerdictWords.nothingSeen());
    }
    for (ReleaseEvidence.Judged judged : all.guardrails()) {
      Optional<Evidence> shares = unjudgeable(plan, judged, c);
      if (shares.isPresent()) {
        return Said.undecided(
            VerdictWords.unjudgeable(judged.share().guardrail(), shares.get().statistic()));
      }
    }
    long inAll =
        all.guardrails().stream()
            .mapToLong(judged -> judged.share().evidence().canaryUnits())
            .max()
            .orElse(0);
    long needed = plan.minCanaryUnits(c.step());
    if (c.stepCanaryUnits() < needed) {
      return Said.undecided(VerdictWords.waiting(c.stepCanaryUnits(), needed, c.step(), inAll));
    }
    for (ReleaseEvidence.Judged judged : all.guardrails()) {
      if (c.comparing() && mustHaveData(plan, judged, c)) {
        return Said.undecided(
            VerdictWords.noData(
                judged.share().guardrail(), planned(plan, judged.share().guardrail()).statement()));
      }
    }
    if (c.comparing() && release.logE() >= release.logThreshold() * CAUTIOUS_SHARE) {
      return Said.undecided(
          VerdictWords.growing(mostEvidence(release), release.logE(), release.logThreshold()));
    }
    List<String> notShown =
        all.guardrails().stream()
            .filter(judged -> !isShown(judged.share().evidence()))
            .map(judged -> judged.share().guardrail())
            .toList();
    return notShown.isEmpty()
        ? new Said(VerdictState.PASSING, "", VerdictWords.shown(inAll), true)
        : new Said(
            VerdictState.UNDECIDED,
            "",
            VerdictWords.nothingWrong(c.stepCanaryUnits(), c.step(), inAll, notShown),
            true);
  }

  /** A guardrail without data is never good news. */
  private static boolean mustHaveData(
      RolloutPlan plan, ReleaseEvidence.Judged judged, Circumstances c) {
    Statement statement = planned(plan, judged.share().guardrail()).statement();
    boolean promised = !(statement instanceof Statement.PredictedClass) || c.classDeclared();
    return promised && judged.share().evidence().canaryUnits() == 0;
  }

  private static boolean isShown(Evidence evidence) {
    return evidence.maxLogWithin() >= LOG_SHOWN;
  }

  private static String mostEvidence(ReleaseEvidence release) {
    return release.guardrails().stream()
        .max(Comparator.comparingDouble(j -> j.share().evidence().logE() - j.logThreshold()))
        .map(j -> j.share().guardrail() + ": " + j.share().evidence().statistic())
        .orElse("");
  }

  private static ReleaseEvidence.Judged judged(ReleaseEvidence release, String guardrail) {
    return release.guardrails().stream()
        .filter(judged -> judged.share().guardrail().equals(guardrail))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(guardrail + " in " + release));
  }

  private static String mostTelling(ReleaseEvidence release, Said said) {
    return release.decision() instanceof Decision.RollBack rollBack
        ? rollBack.decisiveGuardrail()
        : said.decisiveGuardrail();
  }

  private static GuardrailEvidence evidenceOf(
      RolloutPlan plan, ReleaseEvidence.Judged judged, Circumstances c) {
    Evidence evidence = judged.share().evidence();
    VerdictState state;
    if (judged.violated()) {
      state = VerdictState.VIOLATED;
    } else if (c.invalid() || unjudgeable(plan, judged, c).isPresent()) {
      state = VerdictState.INVALID;
    } else {
      state = isShown(evidence) ? VerdictState.PASSING : VerdictState.UNDECIDED;
    }
    GuardrailEvidence.Builder told =
        GuardrailEvidence.newBuilder()
            .setLogEWithin(evidence.maxLogWithin())
            .setLogThresholdWithin(LOG_SHOWN);
    evidence.effect().map(VerdictDraft::effect).ifPresent(told::setEffect);
    return told.setGuardrail(judged.share().guardrail())
        .setState(state)
        .setLogE(evidence.logE())
        .setMaxLogE(evidence.maxLogE())
        .setLogThreshold(judged.logThreshold())
        .setCanaryUnits(evidence.canaryUnits())
        .setBaselineUnits(evidence.baselineUnits())
        .setStatistic(VerdictWords.printable(evidence.statistic()))
        .setDecisiveOutcome(VerdictWords.printable(evidence.decisiveOutcome()))
        .setAction(
            switch (judged.share().action()) {
              case HOLD -> Guardrail.Action.HOLD;
              case ROLLBACK -> Guardrail.Action.ROLLBACK;
            })
        .build();
  }

  private static dev.weir.proto.route.v1.Effect effect(Effect effect) {
    return dev.weir.proto.route.v1.Effect.newBuilder()
        .setMeasure(VerdictWords.printable(effect.measure()))
        .setCanary(effect.canary())
        .setBaseline(effect.baseline())
        .setDifferenceLow(effect.differenceLow())
        .setDifferenceHigh(effect.differenceHigh())
        .setTolerated(effect.tolerated())
        .build();
  }

  private static Timestamp timestamp(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }
}
