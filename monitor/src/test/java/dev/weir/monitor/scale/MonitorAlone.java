package dev.weir.monitor.scale;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** What one monitor without Kafka makes of the same reports. */
final class MonitorAlone {
  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final EvidenceBook book =
      new EvidenceBook(
          EvidenceConfig.defaults(),
          IntakeConfig.defaults(),
          counts,
          clock,
          new EvidenceListener() {});
  private final FeedbackJoin join =
      new FeedbackJoin(
          IntakeConfig.defaults(),
          counts,
          new FeedbackLog(),
          UnaryOperator.identity(),
          book::takeLabels);

  MonitorAlone() {
    book.follow(snapshot());
  }

  /** The two rollouts. */
  static Snapshot snapshot() {
    var snapshot = Snapshot.newBuilder().setEpoch("e").setRevision(1);
    TwoRoutes.ROUTES.forEach(route -> snapshot.addRollouts(TwoRoutes.rollout(route)));
    return snapshot.build();
  }

  void take(TwoRoutes.Second second) {
    clock.advance(Duration.ofSeconds(1));
    book.takeOutcomes(
        ReportOutcomesRequest.newBuilder()
            .setRouterProcess("router-1/a")
            .addAllSlices(second.slices())
            .build());
    join.takePredictions(second.samples().getSamplesList());
    book.takeSamples(second.samples());
    join.takeLabels(second.labels());
    book.closeSamples();
  }

  /** What is known of a route's rollout when nothing waits any more. */
  List<GuardrailEvidence> evidence(String route) {
    clock.advance(Duration.ofSeconds(5));
    book.closeSamples();
    return evidence(book, route);
  }

  static List<GuardrailEvidence> evidence(EvidenceBook book, String route) {
    return book.verdicts().stream()
        .filter(verdict -> verdict.getRolloutId().equals(TwoRoutes.rolloutOf(route)))
        .findFirst()
        .orElseThrow()
        .getGuardrailsList();
  }
}
