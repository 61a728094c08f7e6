package dev.weir.monitor.intake;

/**
 * One way a route answers.
 *
 * @param route route's name
 * @param variant variant's name
 * @param version version served
 */
public record VariantKey(String route, String variant, String version) {}
