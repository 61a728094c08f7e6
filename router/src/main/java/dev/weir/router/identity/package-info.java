/**
 * Who calls: the name in a client's certificate, or in a signed token. What routes make of it is
 * policy's. Also which request headers do not go to workers.
 *
 * <table>
 *   <caption>Mutable state</caption>
 *   <tr><th>what</th><th>owner</th><th>others</th></tr>
 *   <tr><td>{@link dev.weir.router.identity.ConnectionIdentity}: the last header seen</td>
 *       <td>its connection's event loop</td><td>never</td></tr>
 *   <tr><td>{@code TokenCache}: verified tokens, by hash</td>
 *       <td>shared by all loops; rotation under its lock</td><td>lock-free look-up</td></tr>
 *   <tr><td>keys in force</td><td>{@link dev.weir.platform.file.ReloadedFiles}</td>
 *       <td>one volatile read</td></tr>
 * </table>
 *
 * <p>Must never happen: a token, or a part of one, in a log line, a message or a metric; an
 * identity from a token whose signature was not verified; a cached token that outlives the key that
 * signed it.
 */
@NullMarked
package dev.weir.router.identity;

import org.jspecify.annotations.NullMarked;
