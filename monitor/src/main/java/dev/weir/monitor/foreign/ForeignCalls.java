package dev.weir.monitor.foreign;

import dev.weir.monitor.intake.EvidenceMemory;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.TraceReceiver;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads calls from the spans of all senders but this mesh's own, whose routers report outcomes
 * otherwise: every request, and not only those of sampled traces. Thread-safe.
 */
public final class ForeignCalls implements TraceReceiver.Calls {
  /** The instrumentation scope of this mesh's spans. */
  private static final String OWN_SCOPE = "dev.weir";

  /** How the names of this mesh's services begin. */
  private static final String OWN_SERVICE = "weir-";

  /** A clock further ahead is wrong. */
  private static final long AHEAD_NANOS = 3_600_000_000_000L;

  /** Where calls go. */
  public interface Sink {
    /** Calls of a second, as requests that are no units: to be shown. */
    void foreign(OutcomeSlice shown);

    /** Calls of a second that say how their unit was drawn. */
    void takeForeign(OutcomeSlice units);
  }

  private final boolean enabled;
  private final CallSlicer slicer;
  private final IntakeCounts counts;
  private final Clock clock;

  /** Has read nothing. */
  public ForeignCalls(ForeignConfig config, IntakeCounts counts, Clock clock) {
    this.enabled = config.enabled();
    this.slicer = new CallSlicer(config, counts);
    this.counts = counts;
    this.clock = clock;
  }

  /** Which calls have been counted: saved with the evidence. */
  public EvidenceMemory memory() {
    return slicer;
  }

  /** Calls that wait for the end of their second. */
  public int waiting() {
    return slicer.waiting();
  }

  @Override
  public void take(List<ResourceSpans> spans) {
    if (enabled) {
      spans.forEach(this::take);
    }
  }

  private void take(ResourceSpans spans) {
    var resource = new KnownAttributes(spans.getResource().getAttributesList());
    boolean ownService = resource.first("service.name").startsWith(OWN_SERVICE);
    var calls = new ArrayList<ForeignCall>();
    for (ScopeSpans scope : spans.getScopeSpansList()) {
      boolean own = ownService || scope.getScope().getName().equals(OWN_SCOPE);
      for (Span span : scope.getSpansList()) {
        if (span.getTraceId().size() != 16 || span.getSpanId().size() != 8) {
          continue;
        }
        Optional<ForeignCall> call = own ? Optional.empty() : SpanReader.read(resource, span);
        if (call.isPresent() && !isSound(call.get())) {
          counts.add(IntakeEvent.FOREIGN_CALLS_REFUSED);
          continue;
        }
        call.ifPresent(calls::add);
        if (span.getKind() == Span.SpanKind.SPAN_KIND_SERVER
            && span.getParentSpanId().size() == 8
            && (own || call.isPresent())) {
          slicer.cover(
              SpanReader.number(span.getParentSpanId().toByteArray()),
              own || call.get().draw().isPresent());
        }
      }
    }
    if (!calls.isEmpty()) {
      slicer.take(
          cut(resource.first("service.name")) + "\n" + cut(resource.first("service.instance.id")),
          calls,
          clock.nanoTime());
    }
  }

  private static String cut(String name) {
    return name.length() <= 128 ? name : name.substring(0, 128);
  }

  private boolean isSound(ForeignCall call) {
    long now = clock.now().getEpochSecond() * 1_000_000_000L;
    return call.startNanos() > 0
        && call.endNanos() >= call.startNanos()
        && call.endNanos() <= now + AHEAD_NANOS;
  }

  /** Hands on what is complete; to be called about once a second, by one caller at a time. */
  public void close(Sink sink) {
    CallSlicer.Closed closed = slicer.closeComplete(clock.nanoTime());
    closed.shown().forEach(sink::foreign);
    closed.evidence().forEach(sink::takeForeign);
  }
}
