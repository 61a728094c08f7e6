/**
 * How far two distributions are apart: descriptions of effect, never triggers. None of them knows
 * how often it is looked at; what raises an alarm is in {@link dev.weir.monitor.stats.detector}.
 * Pure.
 */
@NullMarked
package dev.weir.monitor.stats.distance;

import org.jspecify.annotations.NullMarked;
