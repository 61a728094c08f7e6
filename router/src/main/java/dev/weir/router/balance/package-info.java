/**
 * Which worker answers. Owns what the router believes of each worker.
 *
 * <pre>
 *   state                        written by                       read by
 *   Worker.health                the worker's watch (one thread)  anyone, volatile
 *   Worker.inFlight              leases, atomically               pickers; a place is taken atomically, so the bound holds
 *   Worker.load                  answers that bring a report      pickers, one word
 *   Replica.latency              attempts that end, by CAS        pickers, one word
 *   Replica.window               attempts that end, atomically    the comparison of peers, once per window by one thread
 *   Replica.ejection             attempts that end, by CAS        pickers
 *   Ejections.deciding           whoever ejects, by CAS           others who would: they leave it
 *   WorkerSet.candidates         WorkerSet, under its lock        pickers, volatile, immutable
 * </pre>
 *
 * What must never happen: a lease that is not released (the worker would look busy for ever); a
 * pick that finds nobody although a ready worker has the version and room (ejection is advice, see
 * {@link dev.weir.router.balance.WorkerSet}); more of a version's workers out than the share
 * allows. Picking never locks.
 */
@NullMarked
package dev.weir.router.balance;

import org.jspecify.annotations.NullMarked;
