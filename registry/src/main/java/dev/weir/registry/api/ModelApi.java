package dev.weir.registry.api;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.proto.registry.v1.ListVersionsRequest;
import dev.weir.proto.registry.v1.ListVersionsResponse;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.SetAliasRequest;
import dev.weir.proto.registry.v1.SetAliasResponse;
import dev.weir.registry.control.ModelCommands;
import dev.weir.registry.control.Registry;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.model.Names;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.ArtifactStore;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Models, versions, artifacts, aliases, over gRPC. */
public final class ModelApi extends ModelServiceGrpc.ModelServiceImplBase {
  private final Registry registry;
  private final ArtifactStore artifacts;
  private final UploadLimits limits;
  private final Semaphore uploads;
  private final Clock clock;
  private final Scheduler scheduler;
  private final RegistryMetrics metrics;
  private final Replies replies;

  public ModelApi(
      Registry registry,
      ArtifactStore artifacts,
      UploadLimits limits,
      Clock clock,
      Scheduler scheduler,
      RegistryMetrics metrics) {
    this.registry = registry;
    this.artifacts = artifacts;
    this.limits = limits;
    this.uploads = new Semaphore(limits.maxConcurrentUploads());
    this.clock = clock;
    this.scheduler = scheduler;
    this.metrics = metrics;
    this.replies = new Replies(metrics);
  }

  @Override
  public StreamObserver<PushVersionRequest> pushVersion(
      StreamObserver<PushVersionResponse> observer) {
    var call = (ServerCallStreamObserver<PushVersionResponse>) observer;
    var push =
        new PushVersionCall(
            registry, artifacts, uploads, limits, clock, scheduler, metrics, call, Actor.current());
    call.setOnCancelHandler(push::end);
    return push;
  }

  @Override
  public void fetchArtifact(
      FetchArtifactRequest request, StreamObserver<FetchArtifactResponse> observer) {
    String sha256 = Names.sha256("sha256", request.getSha256());
    Optional<InputStream> bytes = artifacts.read(sha256);
    if (bytes.isEmpty()) {
      replies.refuse(
          observer, Refusal.notFound("artifact " + sha256 + " does not exist"), "FetchArtifact");
      return;
    }
    var call = (ServerCallStreamObserver<FetchArtifactResponse>) observer;
    var fetch = new FetchArtifactCall(sha256, bytes.get(), call);
    call.setOnCancelHandler(fetch::end);
    call.setOnCloseHandler(fetch::end);
    call.setOnReadyHandler(fetch::sendWhileReady);
  }

  @Override
  public void listVersions(
      ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
    if (!request.getModel().isEmpty()) {
      Names.model("model", request.getModel());
    }
    replies.send(
        observer, Outcome.done(versions(registry.state(), request.getModel())), "ListVersions");
  }

  /** Versions and aliases of one model, or of all when the name is empty. */
  static ListVersionsResponse versions(RegistryState state, String model) {
    var response = ListVersionsResponse.newBuilder();
    for (ModelVersion version : state.versions().values()) {
      if (model.isEmpty() || version.getModel().equals(model)) {
        response.addVersions(version);
      }
    }
    for (Alias alias : state.aliases().values()) {
      if (model.isEmpty() || alias.getModel().equals(model)) {
        response.addAliases(alias);
      }
    }
    return response.build();
  }

  @Override
  public void setAlias(SetAliasRequest request, StreamObserver<SetAliasResponse> observer) {
    replies.send(
        observer,
        registry
            .submit(Actor.current(), ModelCommands.setAlias(request.getAlias()))
            .map(state -> SetAliasResponse.getDefaultInstance()),
        "SetAlias");
  }
}
