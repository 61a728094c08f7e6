/**
 * Alarms on streams that never end: e-detectors with a stated average run length. A detector with
 * run length A raises a false alarm at most once in A observations on average, for as long as its
 * null holds, and says nothing about more than that: with a finite run length no bound on the share
 * of false alarms is possible (arXiv 2501.04130). Mutable, single writer, not thread-safe.
 *
 * <p>An e-detector adds up e-processes that begin at every observation (Shin, Ramdas and Rinaldo,
 * arXiv 2203.03532): {@code M = (M + 1) bet}, the Shiryaev-Roberts sum. Under the null {@code M -
 * n} is a supermartingale, so the first time that M reaches A has mean A or more, whatever the bets
 * are.
 */
@NullMarked
package dev.weir.monitor.stats.detector;

import org.jspecify.annotations.NullMarked;
