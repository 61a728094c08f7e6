package dev.weir.loadtest.bench;

/**
 * One proxy, one body size, one round.
 *
 * @param proxy name of the proxy, "direct" for none
 * @param size body size word
 * @param round from 1
 * @param requests requests of the run that measured processor time
 * @param failed of these, how many had no answer
 * @param cpuMicros processor time of the proxy per request, microseconds; NaN for none
 * @param compilerMicros the part of it in which a JVM compiled, microseconds; 0 for other programs
 * @param busy share of a processor that the proxy used, 0 to 1; NaN for none
 * @param requestsPerSecond answers per second with 64 requests in flight
 * @param p50Micros median latency with one request in flight, microseconds
 * @param p99Micros 99th percentile of the same
 * @param residentMegabytes memory of the proxy afterwards; NaN for none
 */
record Measurement(
    String proxy,
    String size,
    int round,
    long requests,
    long failed,
    double cpuMicros,
    double compilerMicros,
    double busy,
    double requestsPerSecond,
    double p50Micros,
    double p99Micros,
    double residentMegabytes) {}
