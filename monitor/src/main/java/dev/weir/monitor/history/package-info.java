/**
 * What was seen, kept for years: for each series (what was seen of which version of which route)
 * one mergeable sketch per minute, hour and day, in an SQLite file of its own.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>how others read it</th></tr>
 *   <tr><td>what came in since the last write</td><td>{@link
 *       dev.weir.monitor.history.HistoryKeeper}'s lock</td><td>not at all: queries see what is
 *       written</td></tr>
 *   <tr><td>the database</td><td>one writing thread, under the keeper's write lock</td>
 *       <td>{@link dev.weir.monitor.history.HistoryStore#points}, at any time</td></tr>
 * </table>
 *
 * <p>What must never happen: a slice in a sketch twice, or in a minute and not in its hour; a row
 * deleted that is in no coarser one, except for the oldest days; a write outside a transaction.
 */
@NullMarked
package dev.weir.monitor.history;

import org.jspecify.annotations.NullMarked;
