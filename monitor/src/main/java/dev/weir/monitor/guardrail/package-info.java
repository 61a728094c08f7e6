/**
 * From what came in to a verdict: one {@link dev.weir.monitor.guardrail.RolloutWatch} for each
 * rollout owns its tests and feeds them, the {@link dev.weir.monitor.guardrail.EvidenceBook} owns
 * the watches.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>how others read it</th></tr>
 *   <tr><td>watches with their tests, the routers' ledger, the sample slices</td>
 *       <td>the book's lock</td><td>immutable verdicts and views that the book hands out</td></tr>
 * </table>
 *
 * <p>What must never happen: a slice or a unit counted twice, also across a restart (the ledger and
 * the tests are saved in one piece); a decision to roll back that is taken back; a bet made with
 * parameters that saw the slice.
 */
@NullMarked
package dev.weir.monitor.guardrail;

import org.jspecify.annotations.NullMarked;
