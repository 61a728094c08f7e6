package dev.weir.monitor.stats;

/**
 * How far the canary is from what it is compared with. In the measure's own unit.
 *
 * @param measure what is compared
 * @param canary canary's observed value
 * @param baseline baseline's observed value, or the fixed bound
 * @param differenceLow lower end of an interval for canary minus baseline that holds at all times
 *     together with probability 0.95 or more
 * @param differenceHigh its upper end
 * @param tolerated largest difference towards the worse that is tolerated, with the sign of worse
 */
public record Effect(
    String measure,
    double canary,
    double baseline,
    double differenceLow,
    double differenceHigh,
    double tolerated) {
  /** One minus the probability with which the interval covers the truth at all times. */
  public static final double ALPHA = 0.05;
}
