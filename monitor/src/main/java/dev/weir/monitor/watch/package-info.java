/**
 * The standing watch over versions that are live: are their inputs and predictions still
 * distributed as in the reference, in their own first rows or a week ago, is the data sound, are
 * they right, and are groups of people treated alike.
 *
 * <p>What it owns, and how others see it:
 *
 * <table>
 *   <caption>State</caption>
 *   <tr><td>detectors, windows and frozen references of each version</td>
 *       <td>{@code StandingWatch}, under its lock; saved as its image</td>
 *       <td>read as {@code VersionView}</td></tr>
 *   <tr><td>samples that wait</td><td>{@code StandingWatch}, in a bounded queue of its own lock</td>
 *       <td>counted</td></tr>
 *   <tr><td>what labels say of each version</td><td>{@code LabelWatch}, under its lock; saved as its
 *       image</td><td>shown to a reader under the lock</td></tr>
 * </table>
 *
 * <p>Alarms come from e-detectors alone. Distances describe, and never trigger.
 */
@NullMarked
package dev.weir.monitor.watch;

import org.jspecify.annotations.NullMarked;
