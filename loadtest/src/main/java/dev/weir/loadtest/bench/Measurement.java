package dev.weir.loadtest.bench;

/**
 * One proxy, one workload, one round.
 *
 * @param proxy name of the proxy, "direct" for none
 * @param workload body size and client: "1k h2load"
 * @param round from 1
 * @param requests requests of the run that measured processor time
 * @param failed of these, how many had no answer
 * @param cpuMicros processor time of the proxy per request, microseconds; NaN for none
 * @param compilerMicros the part of it in which a JVM compiled, microseconds; 0 for other programs
 * @param busy share of a processor that the proxy used, 0 to 1; NaN for none
 * @param requestsPerSecond answers per second with 64 requests in flight
 * @param p50Micros median latency with one request in flight, microseconds
 * @param p99Micros 99th percentile of the same
 * @param peakMegabytes most memory that was resident while 64 requests were in flight; NaN for none
 */
record Measurement(
    String proxy,
    String workload,
    int round,
    long requests,
    long failed,
    double cpuMicros,
    double compilerMicros,
    double busy,
    double requestsPerSecond,
    double p50Micros,
    double p99Micros,
    double peakMegabytes) {}
