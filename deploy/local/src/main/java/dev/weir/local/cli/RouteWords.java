package dev.weir.local.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.CachedAnswer;
import dev.weir.proto.route.v1.ConfidenceGate;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a route does with a request, in words: its split, mirror, confidence gate and ladder. */
final class RouteWords {
  private static final Duration MIRROR_TIMEOUT = Durations.fromSeconds(1);
  private static final int MIRRORED_IN_FLIGHT = 16;
  private static final int MIRRORED_BYTES = 1 << 20;
  private static final Duration CACHED_FOR = Durations.fromMinutes(1);
  private static final int CACHED_ENTRIES = 1_000;
  private static final List<FallbackTrigger> TRIGGERS =
      List.of(FallbackTrigger.ON_UNAVAILABLE, FallbackTrigger.ON_DEADLINE);

  private RouteWords() {}

  /** What a route in a snapshot says when it is not diverted. */
  static Route restored(Route route) {
    return route.getDiversion().hasRestored() ? route.getDiversion().getRestored() : route;
  }

  /** That a route is diverted: a line of text with its end; empty: it is not. */
  static String diversion(Route route) {
    Diversion diversion = route.getDiversion();
    return route.hasDiversion()
        ? "route %s is diverted: all requests go to %s since %s, by %s%s%n"
            .formatted(
                route.getName(),
                otherVariant(route, diversion.getVariant()),
                Timestamps.toString(diversion.getSince()),
                diversion.getBy(),
                diversion.getReason().isEmpty() ? "" : ": " + diversion.getReason())
        : "";
  }

  /** Lines of text, each with its end. */
  static String of(Route published) {
    Route route = restored(published);
    var text = new StringBuilder(diversion(published));
    text.append(
        "route %s, generation %d: %s%n"
            .formatted(
                route.getName(),
                route.getGeneration(),
                route.getVariantsList().stream()
                    .map(RouteWords::variant)
                    .collect(Collectors.joining(", "))));
    if (route.hasMirror()) {
      text.append("mirror: %s%n".formatted(mirror(route.getMirror())));
    }
    if (route.hasFallback()) {
      fallback(route, text);
    }
    return text.toString();
  }

  private static String variant(Variant variant) {
    return "%s = %s/%s %s"
        .formatted(
            variant.getName(),
            variant.getModel(),
            variant.getVersion(),
            percent(variant.getWeightBasisPoints()));
  }

  private static String mirror(Mirror mirror) {
    int inFlight = mirror.getMaxInFlight() == 0 ? MIRRORED_IN_FLIGHT : mirror.getMaxInFlight();
    int bytes = mirror.getMaxRequestBytes() == 0 ? MIRRORED_BYTES : mirror.getMaxRequestBytes();
    return "%s of the requests go to %s/%s too, whose answers reach nobody; %,d at a time per router, %s for each, none over %,d bytes"
        .formatted(
            percent(mirror.getShareBasisPoints()),
            mirror.getModel(),
            mirror.getVersion(),
            inFlight,
            words(mirror.hasTimeout() ? mirror.getTimeout() : MIRROR_TIMEOUT),
            bytes);
  }

  private static void fallback(Route route, StringBuilder text) {
    Fallback fallback = route.getFallback();
    if (fallback.hasConfidence()) {
      text.append("gate: %s%n".formatted(gate(fallback.getConfidence())));
    }
    int place = 1;
    for (FallbackRung rung : fallback.getRungsList()) {
      text.append(
          "ladder %d: %s, after %s%n"
              .formatted(place++, answer(route, rung), triggers(rung.getOnList())));
    }
  }

  private static String gate(ConfidenceGate gate) {
    String statistic =
        switch (gate.getStatistic()) {
          case LARGEST -> "the largest of";
          case MARGIN -> "the lead of the largest over the second largest of";
          case LARGEST_OF_SOFTMAX -> "the largest, after softmax, of";
          case MARGIN_OF_SOFTMAX ->
              "the lead of the largest over the second largest, after softmax, of";
          case STATISTIC_UNSPECIFIED, UNRECOGNIZED -> "a statistic, unknown to this program, of";
        };
    return "an answer is held back when %s %s is under %s in any row"
        .formatted(statistic, gate.getOutput(), number(gate.getThreshold()));
  }

  private static String answer(Route route, FallbackRung rung) {
    return switch (rung.getAnswerCase()) {
      case VARIANT -> "variant " + otherVariant(route, rung.getVariant());
      case CACHED -> cached(rung.getCached());
      case FIXED -> fixed(rung.getFixed());
      case ANSWER_NOT_SET -> "an answer, unknown to this program";
    };
  }

  private static String otherVariant(Route route, String name) {
    return route.getVariantsList().stream()
        .filter(variant -> variant.getName().equals(name))
        .findFirst()
        .map(variant -> "%s (%s/%s)".formatted(name, variant.getModel(), variant.getVersion()))
        .orElse(name);
  }

  private static String cached(CachedAnswer cached) {
    return "the last answer to the same request, up to %s old, of %,d kept"
        .formatted(
            words(cached.hasTtl() ? cached.getTtl() : CACHED_FOR),
            cached.getMaxEntries() == 0 ? CACHED_ENTRIES : cached.getMaxEntries());
  }

  private static String fixed(ModelInferResponse response) {
    return "always the same answer ("
        + response.getOutputsList().stream()
            .map(ModelInferResponse.InferOutputTensor::getName)
            .collect(Collectors.joining(", "))
        + ")";
  }

  private static String triggers(List<FallbackTrigger> on) {
    List<String> words =
        (on.isEmpty() ? TRIGGERS : on)
            .stream()
                .map(trigger ->
                    switch (trigger) {
                      case ON_UNAVAILABLE -> "no worker that answers";
                      case ON_DEADLINE -> "a try that took too long";
                      case ON_LOW_CONFIDENCE -> "an answer held back";
                      case ON_ERROR -> "an error of the model";
                      case FALLBACK_TRIGGER_UNSPECIFIED, UNRECOGNIZED ->
                          "something unknown to this program";
                    })
                .toList();
    return words.size() == 1
        ? words.getFirst()
        : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
  }

  private static String percent(int basisPoints) {
    return number(basisPoints / 100.0) + " %";
  }

  private static String words(Duration duration) {
    double seconds = Durations.toNanos(duration) / 1e9;
    return seconds < 1 ? number(1_000 * seconds) + " ms" : number(seconds) + " s";
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.valueOf(value);
  }
}
