/**
 * Predictions kept for the monitor. Never waits for anybody: what does not fit is dropped and
 * counted. Which predictions are kept is decided by the randomisation unit alone, never by arm or
 * outcome, or the monitor's tests would be biased.
 */
@NullMarked
package dev.weir.worker.sampling;

import org.jspecify.annotations.NullMarked;
