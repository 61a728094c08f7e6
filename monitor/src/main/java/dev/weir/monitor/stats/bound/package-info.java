/**
 * Bounds that hold at all sample sizes together, however often one looks: mixtures and stitchings
 * of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", Ann. Statist. 49 (2021), and the quantile bounds of Howard and Ramdas, "Sequential
 * estimation of quantiles with applications to A/B testing and best-arm identification", Bernoulli
 * 28 (2022). Written from the papers. All classes are immutable and pure.
 *
 * <p>Symbols as there. S is a sum of deviations from the mean that a null claims, V its intrinsic
 * time: an accumulated variance, {@code n p (1 - p)} for n yes/no outcomes. A bound u at level
 * alpha has {@code P(S reaches u(V) at any time) <= alpha}. All logarithms are natural.
 *
 * <p>They are for one stream against a fixed claim, and take its outcomes as identically
 * distributed where a class says so. What compares two arms whose rates move together bets on the
 * arm instead, see {@link dev.weir.monitor.stats.LiftMixture}.
 */
@NullMarked
package dev.weir.monitor.stats.bound;

import org.jspecify.annotations.NullMarked;
