package dev.weir.monitor.guardrail;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Evidence as people read it. */
final class VerdictWords {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int MAX_TEXT = 1_500;

  private VerdictWords() {}

  /** Text for people and registries: no control characters, at most 1,500 characters. */
  static String printable(String text) {
    String clean = CONTROL.matcher(text).replaceAll("?");
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT) + "...";
  }

  /**
   * An e-value as odds: "8,955 to 1".
   *
   * @param logE its natural logarithm
   */
  static String odds(double logE) {
    if (logE > Math.log(1e7)) {
      return String.format(Locale.ROOT, "10^%.0f to 1", Math.floor(logE / Math.log(10)));
    }
    double e = Math.exp(Math.max(0, logE));
    return e < 10
        ? String.format(Locale.ROOT, "%.1f to 1", e)
        : String.format(Locale.ROOT, "%,.0f to 1", e);
  }

  /** "2.5 s", "3 min 20 s". */
  static String span(Duration duration) {
    double seconds = Math.max(0, duration.toMillis()) / 1000.0;
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %d s", duration.toMinutes(), duration.toSecondsPart());
  }

  static String violated(
      String canaryVersion,
      String guardrail,
      String statistic,
      double logE,
      double logThreshold,
      String when) {
    return "version %s violates %s: %s; the evidence stands at %s, %s decides%s"
        .formatted(canaryVersion, guardrail, statistic, odds(logE), odds(logThreshold), when);
  }

  static String violatedTogether(
      String canaryVersion,
      String guardrail,
      String statistic,
      double releaseLogE,
      double logThreshold,
      String when) {
    return ("version %s violates its guardrails together, most of it %s: %s; the weighted evidence"
            + " stands at %s, %s decides%s")
        .formatted(
            canaryVersion, guardrail, statistic, odds(releaseLogE), odds(logThreshold), when);
  }

  static String invalid(String ratioStatistic, String outcome, double logE, double logThreshold) {
    return ("the experiment is broken, nothing can be concluded: %s (%s; %s, %s decides); requests"
            + " of one arm are lost, repeated or not drawn as recorded")
        .formatted(ratioStatistic, outcome, odds(logE), odds(logThreshold));
  }

  static String unjudgeable(String guardrail, String ratioStatistic) {
    return ("%s cannot be judged: among the sampled predictions %s; samples of one arm are missing,"
            + " late, or without a class")
        .formatted(guardrail, ratioStatistic);
  }

  static String waiting(long judged, long needed, int step, long inAll) {
    return "nothing is wrong so far: %,d of %,d canary units judged in step %d, %,d in all"
        .formatted(judged, needed, step + 1, inAll);
  }

  static String shown(long inAll) {
    return "each guardrail was shown to hold within its tolerance, after %,d canary units"
        .formatted(inAll);
  }

  static String nothingWrong(long judged, int step, long inAll, List<String> notShown) {
    return "no guardrail is violated after %,d canary units, %,d of them in step %d; not shown yet: %s"
        .formatted(inAll, judged, step + 1, String.join(", ", notShown));
  }

  static String growing(String guardrailAndStatistic, double logE, double logThreshold) {
    return "evidence is growing, %s of the %s that decide; %s"
        .formatted(odds(logE), odds(logThreshold), guardrailAndStatistic);
  }

  static String nothingSeen() {
    return "no request of the canary was seen yet";
  }

  static String noData(String guardrail, Statement statement) {
    return "nothing is wrong so far, but %s has not seen %s yet"
        .formatted(
            guardrail,
            switch (statement) {
              case Statement.ErrorRatio _, Statement.ErrorShare _, Statement.Latency _ ->
                  "an outcome of the canary";
              case Statement.PredictedClass _ ->
                  "a prediction of the canary: is the workers' sampling on?";
              case Statement.Score _, Statement.Confidence _, Statement.DataQuality _ ->
                  "a sample of the canary that it can judge: is the workers' sampling on?";
              case Statement.LabelQuality _ -> "a label for a prediction of the canary";
              case Statement.Business business ->
                  "a value of %s for a unit of the canary".formatted(business.metric());
              case Statement.Shadow _ ->
                  "a pair of the mirror: does the route mirror to the canary?";
            });
  }
}
