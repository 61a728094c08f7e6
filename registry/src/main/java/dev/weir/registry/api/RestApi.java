package dev.weir.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.control.SnapshotFeed;
import dev.weir.registry.control.WorkerReports;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.state.RegistryState;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry over HTTP: reading everything, diverting routes, starting and steering rollouts.
 * Bodies are JSON, and so is every refusal: {@code {"error": {"code": "NOT_FOUND", "message":
 * "..."}}}.
 */
public final class RestApi implements Consumer<HttpRouting.Builder> {
  private static final String ROOT = "/api/v1";
  private static final HeaderName ACTOR = HeaderNames.create(Actor.HEADER);
  private static final Map<String, RolloutEvent.Command> COMMANDS =
      Map.of(
          "pause", RolloutEvent.Command.PAUSE,
          "resume", RolloutEvent.Command.RESUME,
          "promote", RolloutEvent.Command.PROMOTE,
          "abort", RolloutEvent.Command.ABORT);
  private static final Logger LOG = LoggerFactory.getLogger(RestApi.class);

  private final Operations operations;
  private final SnapshotFeed feed;
  private final WorkerReports workers;
  private final RegistryMetrics metrics;

  public RestApi(
      Operations operations, SnapshotFeed feed, WorkerReports workers, RegistryMetrics metrics) {
    this.operations = operations;
    this.feed = feed;
    this.workers = workers;
    this.metrics = metrics;
  }

  @FunctionalInterface
  private interface Answer {
    Outcome<? extends JsonNode> to(ServerRequest request);
  }

  @Override
  public void accept(HttpRouting.Builder routing) {
    get(routing, "/models", request -> Outcome.done(models(operations.state())));
    get(routing, "/models/{model}/versions", this::versions);
    get(
        routing,
        "/routes",
        request -> Outcome.done(Json.list("routes", operations.state().routes().values())));
    get(
        routing,
        "/rollouts",
        request -> Outcome.done(Json.list("rollouts", operations.rollouts())));
    get(
        routing,
        "/rollouts/{id}",
        request -> operations.rollout(path(request, "id")).map(Json::of));
    get(
        routing,
        "/audit",
        request ->
            Outcome.done(
                Json.of(operations.audit(number(request, "after"), number(request, "limit")))));
    get(routing, "/snapshot", request -> Outcome.done(Json.of(feed.newest())));
    get(routing, "/workers", request -> Outcome.done(workers()));
    post(routing, "/routes/{name}/divert", this::divertRoute);
    post(routing, "/routes/{name}/restore", this::restoreRoute);
    post(routing, "/rollouts", this::startRollout);
    post(routing, "/rollouts/{id}/{command}", this::steerRollout);
    routing.any(
        ROOT + "/*",
        (request, response) ->
            refuse(
                response,
                Refusal.notFound(
                    request.prologue().method().text()
                        + " "
                        + request.path().path()
                        + " is not offered; docs/registry.md lists what is"),
                "the request line"));
  }

  private void get(HttpRouting.Builder routing, String path, Answer answer) {
    routing.get(ROOT + path, (request, response) -> answer(request, response, 200, answer));
  }

  private void post(HttpRouting.Builder routing, String path, Answer answer) {
    routing.post(
        ROOT + path,
        (request, response) -> {
          // a page in somebody's browser can send anything but this without asking first
          if (!isJson(request)) {
            send(
                response,
                415,
                error("UNSUPPORTED_MEDIA_TYPE", "content-type must be application/json"));
            return;
          }
          answer(request, response, 200, answer);
        });
  }

  private static boolean isJson(ServerRequest request) {
    return request
        .headers()
        .first(HeaderNames.CONTENT_TYPE)
        .map(type -> type.toLowerCase(Locale.ROOT).startsWith("application/json"))
        .orElse(false);
  }

  private void answer(ServerRequest request, ServerResponse response, int status, Answer answer) {
    String source = request.prologue().method().text() + " " + request.path().path();
    try {
      switch (answer.to(request)) {
        case Outcome.Done<? extends JsonNode>(var json) -> send(response, status, json);
        case Outcome.Refused<? extends JsonNode>(var refusal) -> refuse(response, refusal, source);
      }
    } catch (RuntimeException e) {
      Optional<Refusal> refusal = ApiStatus.refusal(e);
      if (refusal.isPresent()) {
        refuse(response, refusal.get(), source);
      } else {
        LOG.atError().setCause(e).addKeyValue("request", source).log("request failed");
        send(
            response,
            500,
            error("INTERNAL", "the registry failed on this request; its log has the details"));
      }
    }
  }

  private void refuse(ServerResponse response, Refusal refusal, String source) {
    metrics.refused(refusal.kind());
    send(
        response,
        ApiStatus.http(refusal),
        error(
            ApiStatus.grpc(refusal, source).getCode().name(), ApiStatus.message(refusal, source)));
  }

  private static JsonNode error(String code, String message) {
    ObjectNode error = Json.object();
    error.putObject("error").put("code", code).put("message", message);
    return error;
  }

  private static void send(ServerResponse response, int status, JsonNode json) {
    response
        .status(Status.create(status))
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .send(Json.bytes(json));
  }

  private Outcome<JsonNode> versions(ServerRequest request) {
    String model = Names.model("model", path(request, "model"));
    var versions = ModelApi.versions(operations.state(), model);
    return versions.getVersionsCount() == 0
        ? Outcome.refused(Refusal.notFound("model " + model + " has no versions"))
        : Outcome.done(Json.of(versions));
  }

  private static JsonNode models(RegistryState state) {
    var byModel = new TreeMap<String, ObjectNode>();
    for (VersionId id : state.versions().keySet()) {
      ObjectNode model =
          byModel.computeIfAbsent(
              id.model(),
              name -> {
                ObjectNode node = Json.object().put("name", name);
                node.putArray("versions");
                node.putObject("aliases");
                return node;
              });
      model.withArray("versions").add(id.version());
    }
    for (Alias alias : state.aliases().values()) {
      ObjectNode model = byModel.get(alias.getModel());
      if (model != null) {
        model.withObjectProperty("aliases").put(alias.getAlias(), alias.getVersion());
      }
    }
    ObjectNode models = Json.object();
    ArrayNode list = models.putArray("models");
    byModel.values().forEach(list::add);
    return models;
  }

  private JsonNode workers() {
    ObjectNode object = Json.object();
    ArrayNode list = object.putArray("workers");
    for (WorkerReports.Heard heard : workers.heard()) {
      JsonNode worker = Json.of(heard.status());
      ((ObjectNode) worker).put("ageMillis", heard.age().toMillis());
      list.add(worker);
    }
    return object;
  }

  private Outcome<JsonNode> divertRoute(ServerRequest request) {
    String reason = Json.field(body(request), "reason");
    return operations.divertRoute(path(request, "name"), reason, actor(request)).map(Json::of);
  }

  private Outcome<JsonNode> restoreRoute(ServerRequest request) {
    String reason = Json.field(body(request), "reason");
    return operations.restoreRoute(path(request, "name"), reason, actor(request)).map(Json::of);
  }

  private Outcome<JsonNode> startRollout(ServerRequest request) {
    var spec = RolloutSpec.newBuilder();
    Json.read(body(request), spec);
    return operations.startRollout(spec.build(), actor(request)).map(Json::of);
  }

  private Outcome<JsonNode> steerRollout(ServerRequest request) {
    String word = path(request, "command");
    RolloutEvent.Command command = COMMANDS.get(word);
    if (command == null) {
      throw new InvalidValueException("command", word, "pause, resume, promote or abort");
    }
    String reason = Json.field(body(request), "reason");
    return operations
        .steerRollout(path(request, "id"), command, actor(request), reason)
        .map(Json::of);
  }

  private static String body(ServerRequest request) {
    return request.content().hasEntity()
        ? new String(request.content().as(byte[].class), StandardCharsets.UTF_8)
        : "";
  }

  private static String path(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  private static long number(ServerRequest request, String name) {
    String text = request.query().first(name).orElse("0");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "a number");
    }
  }

  private static String actor(ServerRequest request) {
    return Actor.name(
        request.headers().first(ACTOR).orElse(null),
        request.remotePeer().host() + ":" + request.remotePeer().port());
  }
}
