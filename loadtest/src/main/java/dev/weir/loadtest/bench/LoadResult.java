package dev.weir.loadtest.bench;

/**
 * What one run of a load client did.
 *
 * @param requests requests made
 * @param succeeded of these, those that were answered well as far as the client can tell
 * @param requestsPerSecond mean over the run
 */
record LoadResult(long requests, long succeeded, double requestsPerSecond) {}
