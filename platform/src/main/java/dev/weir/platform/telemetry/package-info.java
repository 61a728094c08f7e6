/** OpenTelemetry: traces and metrics over OTLP, and the same metrics for Prometheus. */
@NullMarked
package dev.weir.platform.telemetry;

import org.jspecify.annotations.NullMarked;
