/**
 * What the tests of each rollout were fed, in one append-only file a rollout, and the command that
 * recomputes verdicts from it.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>how others read it</th></tr>
 *   <tr><td>entries that wait to be written, where each file ends</td><td>{@link
 *       dev.weir.monitor.replay.JournalFolder}'s lock</td><td>the files, at any time</td></tr>
 * </table>
 *
 * <p>What must never happen: an entry on disk that the evidence file does not hold and that stays
 * there after a restart; evidence on disk whose entries are not; a gap that is not said.
 */
@NullMarked
package dev.weir.monitor.replay;

import org.jspecify.annotations.NullMarked;
