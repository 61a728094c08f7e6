package dev.weir.monitor.stats.distance;

import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Mann and Whitney's test whether one sample's numbers tend to be larger than another's ("On a test
 * of whether one of two random variables is stochastically larger than the other", Annals of
 * Mathematical Statistics 18, 1947). One look, one pair of samples; not valid when repeated.
 *
 * @param area chance that a number of the second sample is larger than one of the first, ties
 *     counting half, 0 to 1: the area under the ROC curve of a classifier whose scores they are
 * @param pValue chance of an area as far from 0.5 or farther, when both have one distribution
 */
record MannWhitney(double area, double pValue) {
  /** The test of two samples, neither empty. */
  static MannWhitney of(double[] first, double[] second) {
    MannWhitneyUTest.Result result = MannWhitneyUTest.withDefaults().test(second, first);
    double area = result.getStatistic() / ((double) first.length * second.length);
    // numbers that are all the same have no variance, of which the library makes no number
    return new MannWhitney(area, Double.isNaN(result.getPValue()) ? 1 : result.getPValue());
  }
}
