/**
 * "Why?": which slice explains a change of what a version predicts, or of how often it is wrong.
 * Owns counts by feature bucket and window ({@link dev.weir.monitor.why.WhyBoard}, guarded by it);
 * nothing here is kept over a restart.
 */
@NullMarked
package dev.weir.monitor.why;

import org.jspecify.annotations.NullMarked;
