package dev.weir.monitor.foreign;

import dev.weir.proto.route.v1.Arm;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a span as a call, by OpenTelemetry's semantic conventions of RPC, HTTP, generative AI and
 * feature flags (1.37 and the older names that instrumentation still sends) and by the attributes
 * of this mesh's routers. The page {@code docs/foreign-senders.md} has the table.
 */
final class SpanReader {
  private static final int LONGEST_NAME = 128;
  private static final int MAX_EVENTS = 64;

  /** No rollout has more; a larger one would pass for the newest for ever. */
  private static final int LAST_STEP = 1_000;

  /** Services of the inference protocols: their clients' spans count too. */
  private static final Set<String> INFERENCE =
      Set.of("inference.GRPCInferenceService", "tensorflow.serving.PredictionService");

  /** Calls that keep other things going. */
  private static final List<String> PLUMBING =
      List.of("grpc.health.", "grpc.reflection.", "opentelemetry.proto.", "envoy.service.");

  /** "/v2/models/NAME[/versions/VERSION]/infer" and "/v1/models/NAME[/versions/V]:predict". */
  private static final Pattern MODEL_PATH =
      Pattern.compile(
          "/v[12]/models/([^/:{}]+)(?:/versions/([^/:{}]+))?(?:/infer|:predict|:classify|:regress)");

  private SpanReader() {}

  /**
   * The call, when the span is one.
   *
   * @param resource attributes of the sender
   */
  static Optional<ForeignCall> read(KnownAttributes resource, Span span) {
    Span.SpanKind kind = span.getKind();
    boolean client = kind == Span.SpanKind.SPAN_KIND_CLIENT;
    boolean server = kind == Span.SpanKind.SPAN_KIND_SERVER;
    boolean inside =
        kind == Span.SpanKind.SPAN_KIND_INTERNAL || kind == Span.SpanKind.SPAN_KIND_UNSPECIFIED;
    if (!client && !server && !inside) {
      return Optional.empty();
    }
    var known = new KnownAttributes(span.getAttributesList());
    var flag = Flag.of(known, span);
    String method = method(known);
    Matcher path = MODEL_PATH.matcher(known.first("url.path", "http.target"));
    boolean modelPath = path.lookingAt();
    boolean ofModel =
        known.has("weir.route")
            || known.has("gen_ai.request.model")
            || (!flag.variant().isEmpty() && !inside)
            || modelPath
            || INFERENCE.contains(serviceOf(method));
    boolean ofServer = server && (!method.isEmpty() || known.has("http.route"));
    boolean named = known.has("weir.route") || known.has("gen_ai.request.model");
    if (!(ofModel || ofServer)
        || (inside && !named)
        || PLUMBING.stream().anyMatch(method::startsWith)) {
      return Optional.empty();
    }
    String model = known.first("weir.model", "gen_ai.request.model");
    String version = known.first("weir.version", "gen_ai.response.model");
    if (modelPath) {
      model = model.isEmpty() ? path.group(1) : model;
      version = version.isEmpty() && path.group(2) != null ? path.group(2) : version;
    }
    if (version.isEmpty() && !client) {
      version = resource.first("service.version");
    }
    String route = known.first("weir.route");
    if (route.isEmpty()) {
      route = model;
    }
    if (route.isEmpty()) {
      route = (callee(resource, known, client) + " " + operation(known, method, flag)).strip();
    }
    var served =
        new ForeignCall.Served(
            cut(route), cut(variant(resource, known, flag)), cut(model), cut(version));
    return Optional.of(
        new ForeignCall(
            number(span.getSpanId().toByteArray()),
            HexFormat.of().formatHex(span.getTraceId().toByteArray()),
            client,
            served,
            span.getStartTimeUnixNano(),
            span.getEndTimeUnixNano(),
            CallStatus.of(known, span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR),
            draw(known)));
  }

  /** A span's or parent's id as a number; 0: none. */
  static long number(byte[] id) {
    long number = 0;
    for (byte part : id) {
      number = number << 8 | (part & 0xff);
    }
    return number;
  }

  /** A feature flag and the variant that it gave; empty texts: none. */
  private record Flag(String key, String variant) {
    /** By the span's attributes, else by the first of its events that tells of one. */
    static Flag of(KnownAttributes known, Span span) {
      Flag flag = of(known);
      for (int i = 0;
          flag.variant().isEmpty() && i < Math.min(MAX_EVENTS, span.getEventsCount());
          i++) {
        if (span.getEvents(i).getName().startsWith("feature_flag")) {
          flag = of(new KnownAttributes(span.getEvents(i).getAttributesList()));
        }
      }
      return flag;
    }

    private static Flag of(KnownAttributes known) {
      return new Flag(
          known.first("feature_flag.key"),
          known.first("feature_flag.result.variant", "feature_flag.variant"));
    }
  }

  /** "package.Service/Method"; "" when it is no remote procedure call. */
  private static String method(KnownAttributes known) {
    String method = known.first("rpc.method");
    String service = known.first("rpc.service");
    if (method.contains("/") || service.isEmpty()) {
      return method;
    }
    return service + "/" + method;
  }

  private static String serviceOf(String method) {
    int slash = method.indexOf('/');
    return slash < 0 ? method : method.substring(0, slash);
  }

  private static String callee(KnownAttributes resource, KnownAttributes known, boolean client) {
    String peer = client ? known.first("service.peer.name", "peer.service", "server.address") : "";
    return peer.isEmpty() ? resource.first("service.name") : peer;
  }

  private static String operation(KnownAttributes known, String method, Flag flag) {
    if (!method.isEmpty()) {
      return method;
    }
    return known.has("http.route")
        ? (known.first("http.request.method", "http.method") + " " + known.first("http.route"))
            .strip()
        : flag.key();
  }

  private static String variant(KnownAttributes resource, KnownAttributes known, Flag flag) {
    String said = known.first("weir.variant");
    if (said.isEmpty()) {
      said = flag.variant();
    }
    if (said.isEmpty()) {
      said = resource.first("deployment.environment.name", "deployment.environment");
    }
    return said.isEmpty() ? "default" : said;
  }

  private static Optional<ForeignCall.Draw> draw(KnownAttributes known) {
    Arm arm =
        switch (known.first("weir.arm")) {
          case "ARM_CANARY", "CANARY" -> Arm.ARM_CANARY;
          case "ARM_BASELINE", "BASELINE" -> Arm.ARM_BASELINE;
          default -> Arm.ARM_UNSPECIFIED;
        };
    String rollout = known.first("weir.rollout");
    if (arm == Arm.ARM_UNSPECIFIED || rollout.isEmpty() || !known.has("weir.route")) {
      return Optional.empty();
    }
    try {
      double probability = Double.parseDouble(known.first("weir.canary_probability"));
      String step = known.first("weir.rollout_step");
      String unit = known.first("weir.unit");
      var draw =
          new ForeignCall.Draw(
              arm,
              probability,
              rollout,
              step.isEmpty() ? 0 : Integer.parseInt(step),
              unit.isEmpty() ? 0 : Long.parseUnsignedLong(unit, 16));
      return probability >= 0 && probability <= 1 && draw.step() >= 0 && draw.step() <= LAST_STEP
          ? Optional.of(draw)
          : Optional.empty();
    } catch (NumberFormatException notSaid) {
      return Optional.empty();
    }
  }

  private static String cut(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
  }
}
