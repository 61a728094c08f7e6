/**
 * The standing watch over versions that are live: are their inputs and predictions still
 * distributed as in the reference, is the data sound.
 *
 * <p>What it owns, and how others see it:
 *
 * <table>
 *   <caption>State</caption>
 *   <tr><td>detectors and windows of each version</td><td>{@code StandingWatch}, under its lock</td>
 *       <td>read as {@code VersionView}</td></tr>
 *   <tr><td>slices of samples that wait</td><td>{@code StandingWatch}, bounded</td><td>counted</td></tr>
 * </table>
 *
 * <p>Alarms come from e-detectors alone. Distances describe, and never trigger.
 */
@NullMarked
package dev.weir.monitor.watch;

import org.jspecify.annotations.NullMarked;
