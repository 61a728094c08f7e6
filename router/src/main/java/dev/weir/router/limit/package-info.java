/**
 * Refuses requests over a route's bounds before anything of them is queued.
 *
 * <table>
 * <caption>Mutable state</caption>
 * <tr><th>what</th><th>owner</th><th>bound</th></tr>
 * <tr><td>usage of each route with bounds</td><td>{@code Limits}; atomic fields, any thread</td>
 *     <td>the routes that the registry knows</td></tr>
 * <tr><td>usage of each client of each route</td><td>{@code ClientTable}; atomic slots</td>
 *     <td>{@code limits.max-clients}; clients beyond share one usage per route</td></tr>
 * </table>
 *
 * <p>What was taken must be given back exactly once, or a route's bound shrinks for ever: whoever
 * gets a {@code Granted} releases it at the request's end.
 */
@NullMarked
package dev.weir.router.limit;

import org.jspecify.annotations.NullMarked;
