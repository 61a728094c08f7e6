/**
 * The evidence about a canary: tests that may be looked at as often as one likes and still raise a
 * false alarm with at most the promised probability. Pure: no I/O, no clock, no random numbers.
 *
 * <p>All of them bet on the <em>arm</em> given the outcome. The router draws each unit's arm with a
 * known, recorded probability rho, so under "the canary is no worse" the arm of an error is canary
 * with probability rho or less, whatever the error rate does. A bet at those odds is fair or
 * unfavourable, the product of the bets (the e-value) is a nonnegative supermartingale that starts
 * at 1, and by Ville's inequality it ever reaches 1/alpha with probability alpha or less. See
 * {@code docs/statistics.md}.
 *
 * <h2>What a caller must keep to</h2>
 *
 * <ul>
 *   <li>Each unit is counted once per test ({@link dev.weir.monitor.stats.SeenUnits} for sticky
 *       ones), with the rho of its own draw.
 *   <li>What decides whether and when a unit is counted does not depend on its arm.
 *   <li>Cells of one slice may come in any order; {@code closeSlice} freezes what the bets of the
 *       next slice are made with. Bets are never made with numbers that hold their own outcome.
 * </ul>
 *
 * <h2>State</h2>
 *
 * <p>Each test object is mutable, has a single writer and is not thread-safe: whoever owns it reads
 * it too, or publishes its {@link dev.weir.monitor.stats.Evidence}, which is immutable. All state
 * goes through {@code toBytes}: big-endian, the layout's version in the first byte, the kind of
 * statistic in the second.
 */
@NullMarked
package dev.weir.monitor.stats;

import org.jspecify.annotations.NullMarked;
