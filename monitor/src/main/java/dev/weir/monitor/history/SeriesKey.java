package dev.weir.monitor.history;

/**
 * Names a series.
 *
 * @param route route that the requests came by; empty: none
 * @param model model served
 * @param version version served
 * @param kind what it is about
 * @param name which of several of this kind, as a feature's name; empty: there is one
 */
public record SeriesKey(String route, String model, String version, SeriesKind kind, String name) {}
