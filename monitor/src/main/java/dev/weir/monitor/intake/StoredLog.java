package dev.weir.monitor.intake;

import java.util.Map;

/**
 * One record of an error in a service's log.
 *
 * @param service the resource's {@code service.name}
 * @param instance the resource's {@code service.instance.id}
 * @param atMillis when it happened, milliseconds since 1970; when the sender does not say: when it
 *     was observed
 * @param severity OTLP's number, 17 (ERROR) to 24 (FATAL4)
 * @param body what happened, at most 1,024 characters
 * @param traceId 32 hexadecimal digits, or empty
 * @param spanId 16 hexadecimal digits, or empty
 * @param attributes at most 32, values as text of at most 256 characters
 */
public record StoredLog(
    String service,
    String instance,
    long atMillis,
    int severity,
    String body,
    String traceId,
    String spanId,
    Map<String, String> attributes) {}
