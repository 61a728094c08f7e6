/**
 * What labels, and probabilities without labels, say about a version: performance that is estimated
 * before labels come, calibration, and whether groups are treated alike. Pure; mutable classes are
 * single writer, not thread-safe.
 */
@NullMarked
package dev.weir.monitor.stats.label;

import org.jspecify.annotations.NullMarked;
