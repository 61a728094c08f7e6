/**
 * The monitor: takes telemetry, outcomes, samples and labels ({@code intake}), tests guardrails
 * ({@code guardrail}, on {@code stats}), reports verdicts ({@code verdict}), keeps its evidence
 * ({@code store}) and shows it all ({@code dashboard}). It never changes traffic itself.
 */
@NullMarked
package dev.weir.monitor;

import org.jspecify.annotations.NullMarked;
