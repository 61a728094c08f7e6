/**
 * Which versions are in the engine: what the snapshot wants, what is there, and each version's way
 * from one to the other.
 *
 * <p>{@link dev.weir.worker.placement.Life} and {@link dev.weir.worker.placement.LifeStep} decide,
 * as functions of values; {@link dev.weir.worker.placement.Placements} owns the mutable state and
 * does what they say.
 *
 * <table>
 * <caption>Mutable state</caption>
 * <tr><th>field</th><th>owner</th><th>how others read it</th></tr>
 * <tr><td>{@code Placements.held}</td><td>its lock</td><td>{@code Placements.table()}, an immutable copy</td></tr>
 * <tr><td>{@code ServedVersion} in-flight count</td><td>its own lock</td><td>{@code isDrained()}</td></tr>
 * <tr><td>files of {@code ArtifactCache}</td><td>its lock</td><td>paths of pinned artifacts, which stay</td></tr>
 * </table>
 *
 * <p>Never: two jobs (fetch, load, unload) of one version at a time; a version served before it was
 * warmed; an engine or the network called with a lock held.
 */
@NullMarked
package dev.weir.worker.placement;

import org.jspecify.annotations.NullMarked;
