package dev.weir.monitor.history;

/**
 * One span of a series.
 *
 * @param resolution of what it was made of
 * @param value what is known
 */
public record HistoryPoint(Resolution resolution, HistoryValue value) {}
