/**
 * What is kept of single requests where a policy lets it be, what is published with differential
 * privacy, and forgetting.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>how others read it</th></tr>
 *   <tr><td>samples that wait, policies</td><td>{@link dev.weir.monitor.privacy.KeptSamples}</td><td>they do not</td></tr>
 *   <tr><td>kept samples</td><td>{@link dev.weir.monitor.privacy.SampleStore}, one writer</td><td>its queries</td></tr>
 *   <tr><td>exact counts of open days</td><td>{@link dev.weir.monitor.privacy.PublishedCounts}</td><td>they do not</td></tr>
 *   <tr><td>counts, budgets, releases</td><td>{@link dev.weir.monitor.privacy.ReleaseStore}, one writer</td><td>its queries</td></tr>
 * </table>
 *
 * <p>What must never happen: that a sample is kept without a policy that says so, that a noisy
 * number is seen before its epsilon is on disk, that a sample raises two cells of one statistic.
 */
@NullMarked
package dev.weir.monitor.privacy;

import org.jspecify.annotations.NullMarked;
