/**
 * Several monitors that share the work by route over a log in Kafka. {@link
 * dev.weir.monitor.scale.ReportLog} writes what any of them is told, {@link
 * dev.weir.monitor.scale.LogReader} reads what this one owns, and {@link
 * dev.weir.monitor.scale.LogFeed} takes it as the intake of a single monitor does.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th></tr>
 *   <tr><td>place in the log, times of the lanes, horizon, Kafka's consumer</td>
 *       <td>the reader's one step at a time, inside the {@link dev.weir.monitor.store.SavePoint}</td></tr>
 * </table>
 *
 * <p>What must never happen: a record taken while the evidence is saved, because the place saved
 * with it would not be the place where it ends; a report acknowledged that Kafka has not; two
 * monitors that own one partition.
 */
@NullMarked
package dev.weir.monitor.scale;

import org.jspecify.annotations.NullMarked;
