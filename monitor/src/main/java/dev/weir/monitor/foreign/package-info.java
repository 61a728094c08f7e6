/**
 * What senders that are not of this mesh tell of calls with OpenTelemetry's standard attributes:
 * which route, variant and version answered, how it ended and how long it took. Shown apart from
 * what routers report; evidence only when a span says how its unit was drawn.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>read by</th></tr>
 *   <tr><td>{@link dev.weir.monitor.foreign.CallSlicer}: open slices of each sender</td>
 *       <td>its own lock</td><td>the evidence book's image, under the book's lock</td></tr>
 * </table>
 *
 * <p>The slicer never calls the evidence book: the book's lock may be held when its own is taken.
 */
@NullMarked
package dev.weir.monitor.foreign;

import org.jspecify.annotations.NullMarked;
