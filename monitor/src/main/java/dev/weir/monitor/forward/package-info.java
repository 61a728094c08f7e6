/**
 * OTLP that came in goes on to collectors, as it came. The queues and what is on its way belong to
 * each {@link dev.weir.monitor.forward.OtlpForwarder}'s own lock; a caller only puts something into
 * a queue. What came from another monitor's forwarding is never forwarded again.
 */
@NullMarked
package dev.weir.monitor.forward;

import org.jspecify.annotations.NullMarked;
