/**
 * Which worker answers. Owns what the router believes of each worker.
 *
 * <pre>
 *   state                     written by                        read by
 *   Worker.status             the worker's watch (one thread)   anyone, volatile
 *   Worker.inFlight           leases, atomically                pickers, racily: a stale count costs balance, not correctness
 *   Replica.ejection          attempts that end, by CAS         pickers
 *   WorkerSet.candidates      WorkerSet, under its lock         pickers, volatile, immutable
 * </pre>
 *
 * What must never happen: a lease that is not released (the worker would look busy for ever); a
 * pick that finds nobody although a ready worker has the version (ejection is advice, see {@link
 * dev.weir.router.balance.WorkerSet}). Picking never locks.
 */
@NullMarked
package dev.weir.router.balance;

import org.jspecify.annotations.NullMarked;
