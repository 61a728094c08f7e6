/**
 * The classic detectors of concept drift, for those who know them. They state no rate of false
 * alarms over a stream's life (ADWIN's delta is per check); the one that does, and that raises
 * alerts, is {@link dev.weir.monitor.stats.detector.RateDetector}. Written from the papers.
 * Mutable, single writer, not thread-safe.
 *
 * <p>Each begins anew with the observation after the one at which it saw a drift, except ADWIN,
 * which drops the part of its window that the drift has made wrong.
 */
@NullMarked
package dev.weir.monitor.stats.concept;

import org.jspecify.annotations.NullMarked;
