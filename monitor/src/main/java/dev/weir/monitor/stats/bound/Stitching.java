package dev.weir.monitor.stats.bound;

/**
 * What both stitched bounds share: time is cut into epochs {@code m eta^k}, the k-th gets {@code
 * alpha / (zeta(s) k^s)}, and a straight bound is laid through each. Howard et al. (2021), theorem
 * 1.
 *
 * @param s how fast the share of later epochs falls, over 1; 1.4 is usual
 * @param eta length of an epoch over that of the one before, over 1; 2 is usual
 */
public record Stitching(double s, double eta) {
  private static final int ZETA_TERMS = 20;

  public Stitching {
    Ranges.over("s", s, 1);
    Ranges.over("eta", eta, 1);
  }

  /** s 1.4 and eta 2, as in the papers' examples. */
  public static Stitching usual() {
    return new Stitching(1.4, 2);
  }

  /** {@code k1 = (eta^(1/4) + eta^(-1/4)) / sqrt 2}. */
  double k1() {
    double root = Math.pow(eta, 0.25);
    return (root + 1 / root) / Math.sqrt(2);
  }

  /** {@code k2 = (sqrt(eta) + 1) / 2}. */
  double k2() {
    return (Math.sqrt(eta) + 1) / 2;
  }

  /** {@code s ln ln(eta time) - s ln ln eta}, for a time of 1 or more in units of the first. */
  double epochCost(double time) {
    return s * Math.log(Math.log(eta * time) / Math.log(eta));
  }

  /** {@code sqrt(k1^2 V l + k2^2 c^2 l^2) + k2 c l}. */
  double curve(double intrinsicTime, double cost, double c) {
    double scaled = k2() * c * cost;
    return Math.sqrt(k1() * k1() * intrinsicTime * cost + scaled * scaled) + scaled;
  }

  /** Riemann's zeta of s: twenty terms, and Euler's and Maclaurin's sum for the rest. */
  double zeta() {
    double sum = 0;
    for (int k = 1; k < ZETA_TERMS; k++) {
      sum += Math.pow(k, -s);
    }
    double n = ZETA_TERMS;
    double last = Math.pow(n, -s);
    return sum
        + last * n / (s - 1)
        + last / 2
        + s * last / (12 * n)
        - s * (s + 1) * (s + 2) * last / (720 * n * n * n);
  }
}
