/**
 * Samples, looked at once by the features of their version's reference, for all who explain, pick
 * or keep some of them. Owns a queue of closed slices ({@link dev.weir.monitor.inspect.Inspection},
 * guarded by it); whoever asked is called by its one worker, outside any lock.
 */
@NullMarked
package dev.weir.monitor.inspect;

import org.jspecify.annotations.NullMarked;
