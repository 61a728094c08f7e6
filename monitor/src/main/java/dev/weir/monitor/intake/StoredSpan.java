package dev.weir.monitor.intake;

import java.util.Map;

/**
 * One span as the dashboard needs it.
 *
 * @param spanId 16 hexadecimal digits
 * @param parentSpanId the same, or empty for a root
 * @param name operation
 * @param service the resource's {@code service.name}
 * @param instance the resource's {@code service.instance.id}
 * @param kind "server", "client", "internal", "producer" or "consumer"
 * @param startNanos start, nanoseconds since 1970
 * @param endNanos end, likewise
 * @param error it ended with an error
 * @param message the error's message, or empty
 * @param attributes at most 32, values as text of at most 256 characters
 */
public record StoredSpan(
    String spanId,
    String parentSpanId,
    String name,
    String service,
    String instance,
    String kind,
    long startNanos,
    long endNanos,
    boolean error,
    String message,
    Map<String, String> attributes) {}
