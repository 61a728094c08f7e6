/**
 * Where state lives while the registry runs, and the one shape in which it changes: a decider reads
 * the state and returns records or a refusal; {@link dev.weir.registry.control.Registry} stores
 * records, new state and log entries in one transaction, replaces its state, and publishes.
 *
 * <table>
 * <caption>Mutable state</caption>
 * <tr><th>what</th><th>owner</th><th>how others read it</th></tr>
 * <tr><td>durable state, revisions</td><td>{@code Registry}, under its lock</td><td>{@code
 *     state()}, an immutable value</td></tr>
 * <tr><td>the newest snapshot, watchers</td><td>{@code SnapshotFeed}</td><td>{@code newest()}, or
 *     by watching</td></tr>
 * <tr><td>worker reports</td><td>{@code WorkerReports}</td><td>{@code fleet()}, an immutable
 *     value</td></tr>
 * <tr><td>verdicts</td><td>{@code VerdictBook}</td><td>{@code fresh(id)}</td></tr>
 * <tr><td>what rollouts wait for</td><td>{@code RolloutDriver}</td><td>{@code view(rollout)}</td></tr>
 * <tr><td>versions that are kept for a while</td><td>{@code PlacementMemory}, under the registry's
 *     lock</td><td>in the snapshot</td></tr>
 * </table>
 *
 * <p>Never: a change of durable state outside {@code Registry.submit}; I/O in a decider; a call out
 * of the package while the lock is held, except to the store.
 */
@NullMarked
package dev.weir.registry.control;

import org.jspecify.annotations.NullMarked;
