package dev.weir.platform.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * Which traces are sampled: those whose caller's are, and of those that begin here a share. The
 * share can be asked for before a span is built, which is what most requests then do without:
 * {@link #samples} decides, and a span that is started under {@link #sampledRoot} is sampled in any
 * case. Thread-safe.
 */
public final class TraceSampling {
  private static final ContextKey<Boolean> DECIDED = ContextKey.named("weir-sampled");
  private static final Context SAMPLED_ROOT = Context.root().with(DECIDED, true);

  private final boolean active;
  private final boolean all;
  private final long bound;
  private final Sampler sampler;

  /**
   * @param ratio share of new traces, 0 to 1
   * @param active false: spans go nowhere, so none is made
   */
  public TraceSampling(double ratio, boolean active) {
    this.active = active;
    this.all = ratio >= 1;
    this.bound = (long) (ratio * Long.MAX_VALUE);
    this.sampler = Sampler.parentBased(new Root(Sampler.traceIdRatioBased(ratio)));
  }

  /** Whether spans go anywhere. */
  public boolean isActive() {
    return active;
  }

  /**
   * Whether a new trace is sampled.
   *
   * @param random 64 random bits: the lower half of the trace's id, if it will have that one
   */
  public boolean samples(long random) {
    return active && (all || (random & Long.MAX_VALUE) < bound);
  }

  /** Parent of a new trace that {@link #samples} has chosen. */
  public Context sampledRoot() {
    return SAMPLED_ROOT;
  }

  Sampler sampler() {
    return sampler;
  }

  /** Keeps what was decided, and decides by the trace's id otherwise. */
  private record Root(Sampler otherwise) implements Sampler {
    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      return parent.get(DECIDED) != null
          ? SamplingResult.recordAndSample()
          : otherwise.shouldSample(parent, traceId, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
      return otherwise.getDescription();
    }
  }
}
