/**
 * The only place where the ambient clock, timers and random sources are touched: everything else is
 * given a {@link dev.weir.platform.time.Clock}, a {@link dev.weir.platform.time.Scheduler} or a
 * random generator.
 */
@NullMarked
package dev.weir.platform.time;

import org.jspecify.annotations.NullMarked;
