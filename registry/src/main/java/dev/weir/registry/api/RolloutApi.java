package dev.weir.registry.api;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.DivertRouteResponse;
import dev.weir.proto.registry.v1.GetRolloutRequest;
import dev.weir.proto.registry.v1.GetRolloutResponse;
import dev.weir.proto.registry.v1.ListAuditRequest;
import dev.weir.proto.registry.v1.ListAuditResponse;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.PutRouteResponse;
import dev.weir.proto.registry.v1.ReportVerdictsRequest;
import dev.weir.proto.registry.v1.ReportVerdictsResponse;
import dev.weir.proto.registry.v1.RestoreRouteRequest;
import dev.weir.proto.registry.v1.RestoreRouteResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.registry.v1.StartRolloutResponse;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutResponse;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.model.Names;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.rollout.VerdictChecks;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Routes, rollouts, verdicts and the audit log, over gRPC. */
public final class RolloutApi extends RolloutServiceGrpc.RolloutServiceImplBase {
  private static final int MAX_VERDICTS = 1_000;

  private final Operations operations;
  private final Replies replies;

  public RolloutApi(Operations operations, RegistryMetrics metrics) {
    this.operations = operations;
    this.replies = new Replies(metrics);
  }

  @Override
  public void putRoute(PutRouteRequest request, StreamObserver<PutRouteResponse> observer) {
    replies.send(
        observer,
        operations
            .putRoute(request.getRoute(), Actor.current())
            .map(route -> PutRouteResponse.newBuilder().setRoute(route).build()),
        "PutRoute");
  }

  @Override
  public void divertRoute(
      DivertRouteRequest request, StreamObserver<DivertRouteResponse> observer) {
    replies.send(
        observer,
        operations
            .divertRoute(request.getRoute(), request.getReason(), Actor.current())
            .map(route -> DivertRouteResponse.newBuilder().setRoute(route).build()),
        "DivertRoute");
  }

  @Override
  public void restoreRoute(
      RestoreRouteRequest request, StreamObserver<RestoreRouteResponse> observer) {
    replies.send(
        observer,
        operations
            .restoreRoute(request.getRoute(), request.getReason(), Actor.current())
            .map(route -> RestoreRouteResponse.newBuilder().setRoute(route).build()),
        "RestoreRoute");
  }

  @Override
  public void startRollout(
      StartRolloutRequest request, StreamObserver<StartRolloutResponse> observer) {
    replies.send(
        observer,
        operations
            .startRollout(request.getSpec(), Actor.current())
            .map(rollout -> StartRolloutResponse.newBuilder().setRollout(rollout).build()),
        "StartRollout");
  }

  @Override
  public void steerRollout(
      SteerRolloutRequest request, StreamObserver<SteerRolloutResponse> observer) {
    RolloutEvent.Command command =
        switch (request.getCommand()) {
          case PAUSE -> RolloutEvent.Command.PAUSE;
          case RESUME -> RolloutEvent.Command.RESUME;
          case PROMOTE -> RolloutEvent.Command.PROMOTE;
          case ABORT -> RolloutEvent.Command.ABORT;
          case COMMAND_UNSPECIFIED, UNRECOGNIZED ->
              throw new InvalidValueException(
                  "command", request.getCommandValue(), "PAUSE, RESUME, PROMOTE or ABORT");
        };
    replies.send(
        observer,
        operations
            .steerRollout(request.getRolloutId(), command, Actor.current(), request.getReason())
            .map(rollout -> SteerRolloutResponse.newBuilder().setRollout(rollout).build()),
        "SteerRollout");
  }

  @Override
  public void getRollout(GetRolloutRequest request, StreamObserver<GetRolloutResponse> observer) {
    replies.send(
        observer,
        operations
            .rollout(request.getRolloutId())
            .map(rollout -> GetRolloutResponse.newBuilder().setRollout(rollout).build()),
        "GetRollout");
  }

  @Override
  public void reportVerdicts(
      ReportVerdictsRequest request, StreamObserver<ReportVerdictsResponse> observer) {
    Check.notBlank("monitor", Names.text("monitor", request.getMonitor(), 128));
    Check.inRange("verdicts count", request.getVerdictsCount(), 0, MAX_VERDICTS);
    for (int i = 0; i < request.getVerdictsCount(); i++) {
      VerdictChecks.check("verdicts[" + i + "]", request.getVerdicts(i));
    }
    List<String> finished = operations.verdicts(request.getMonitor(), request.getVerdictsList());
    replies.send(
        observer,
        Outcome.done(ReportVerdictsResponse.newBuilder().addAllFinishedRollouts(finished).build()),
        "ReportVerdicts");
  }

  @Override
  public void listAudit(ListAuditRequest request, StreamObserver<ListAuditResponse> observer) {
    replies.send(
        observer,
        Outcome.done(
            operations.audit(
                request.getAfterSequence(), Integer.toUnsignedLong(request.getLimit()))),
        "ListAudit");
  }
}
