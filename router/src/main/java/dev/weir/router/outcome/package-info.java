/**
 * What became of requests, counted for the monitor. Owns the slices that are not reported yet.
 *
 * <pre>
 *   state                 written by                                  read by
 *   OutcomeLedger.current the tick, under the ledger's lock           request threads, volatile
 *   Slice, Cell counts    request threads, atomically                 the tick, after the slice was sealed
 *   OutcomeLedger.retired the tick, under the ledger's lock           the tick
 *   SeenUnits             request threads, by CAS                     request threads
 *   OutcomeSender.waiting the tick adds, the sender removes           both, under its lock
 * </pre>
 *
 * What must never happen: a request that waits for the monitor; a slice whose counts do not add up
 * (started = errors + latencies + unfinished, in each cell). A request's probability of being
 * counted must not depend on its arm: everything that is dropped here is dropped by whole slices,
 * or by a limit that does not look at the arm.
 */
@NullMarked
package dev.weir.router.outcome;

import org.jspecify.annotations.NullMarked;
