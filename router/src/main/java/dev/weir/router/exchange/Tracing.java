package dev.weir.router.exchange;

import dev.weir.platform.telemetry.TraceSampling;
import io.opentelemetry.api.trace.Tracer;

/**
 * What traces are made with.
 *
 * @param tracer makes spans
 * @param sampling says which traces get them
 */
public record Tracing(Tracer tracer, TraceSampling sampling) {}
