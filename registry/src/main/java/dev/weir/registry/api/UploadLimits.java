package dev.weir.registry.api;

import java.time.Duration;

/**
 * Bounds on what is pushed.
 *
 * @param maxConcurrentUploads uploads at once; more are refused
 * @param idleTimeout longest silence within an upload
 * @param maxVersions versions in all
 */
public record UploadLimits(int maxConcurrentUploads, Duration idleTimeout, int maxVersions) {}
