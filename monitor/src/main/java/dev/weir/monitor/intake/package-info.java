/**
 * What comes in: OTLP traces, metrics and logs, outcomes, samples and labels. Everything is
 * bounded, and what does not fit is counted by an {@link dev.weir.monitor.intake.IntakeEvent}.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th></tr>
 *   <tr><td>{@link dev.weir.monitor.intake.RouterLedger}</td>
 *       <td>the evidence book's lock, because it must be saved together with the evidence</td></tr>
 *   <tr><td>{@link dev.weir.monitor.intake.SampleSlicer}</td><td>the same lock</td></tr>
 *   <tr><td>traces, heard services, metric values, errors in logs, predictions</td><td>each object's own lock</td></tr>
 * </table>
 */
@NullMarked
package dev.weir.monitor.intake;

import org.jspecify.annotations.NullMarked;
