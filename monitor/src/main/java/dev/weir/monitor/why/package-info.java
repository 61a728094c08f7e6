/**
 * "Why?": what changed most in what a version predicts, or in how often it is wrong, since when,
 * which slice explains it, and what was deployed meanwhile. Owns counts by feature bucket and
 * window with traced examples ({@link dev.weir.monitor.why.WhyBoard}) and the newest deployments
 * ({@link dev.weir.monitor.why.DeploymentLog}), each guarded by itself; nothing here is kept over a
 * restart.
 */
@NullMarked
package dev.weir.monitor.why;

import org.jspecify.annotations.NullMarked;
