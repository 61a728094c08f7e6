package dev.weir.monitor.stats;

import dev.weir.monitor.stats.concept.Adwin;
import dev.weir.monitor.stats.concept.ConceptDetector;
import dev.weir.monitor.stats.concept.Ddm;
import dev.weir.monitor.stats.concept.Eddm;
import dev.weir.monitor.stats.concept.HddmA;
import dev.weir.monitor.stats.concept.HddmW;
import dev.weir.monitor.stats.concept.PageHinkley;
import dev.weir.monitor.stats.distance.ChiSquare;
import dev.weir.monitor.stats.distance.KolmogorovSmirnov;
import dev.weir.monitor.stats.distance.Shares;
import dev.weir.monitor.stats.distance.Wasserstein;
import dev.weir.monitor.stats.label.ConfidenceEstimate;
import dev.weir.monitor.stats.label.Isotonic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints the statistics of the data that {@code src/test/python/agreement.py} draws: {@code
 * statistic;data;value} a line, places of drifts apart by spaces.
 */
final class AgreementRun {
  private static final List<Supplier<ConceptDetector>> DETECTORS =
      List.of(
          () -> new PageHinkley(PageHinkley.Parameters.usual()),
          Ddm::new,
          Eddm::new,
          HddmA::new,
          HddmW::new);

  private final PrintStream out;

  private AgreementRun(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    var run = new AgreementRun(System.out);
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      String[] cells = line.split(";", -1);
      switch (cells[0]) {
        case "numbers" -> run.numbers(cells[1], values(cells[2]), values(cells[3]));
        case "categories" -> run.categories(cells[1], values(cells[2]), values(cells[3]));
        case "stream" -> run.stream(cells[1], values(cells[2]));
        case "scores" -> run.scores(cells[1], rows(cells[2]), rows(cells[3]));
        default -> throw new IllegalArgumentException("kind: " + cells[0]);
      }
    }
  }

  private void numbers(String name, double[] reference, double[] live) {
    KolmogorovSmirnov test = KolmogorovSmirnov.of(reference, live);
    print("KS statistic", name, test.statistic());
    print("KS p-value", name, test.pValue());
    print("Wasserstein-1", name, Wasserstein.of(reference, live));
  }

  private void categories(String name, double[] reference, double[] live) {
    ChiSquare test = ChiSquare.of(reference, live);
    print("chi-square", name, test.statistic());
    print("chi-square p-value", name, test.pValue());
    print("Jensen-Shannon, base 2", name, Shares.jensenShannon(reference, live));
    print("Hellinger", name, Shares.hellinger(reference, live));
    print("L-infinity", name, Shares.largestDifference(reference, live));
    print("PSI", name, Shares.populationStabilityIndex(reference, live));
  }

  private void stream(String name, double[] errors) {
    for (Supplier<ConceptDetector> make : DETECTORS) {
      ConceptDetector detector = make.get();
      places(detector.name(), name, errors, detector::observe);
    }
    places("HDDM_A two-sided", name, errors, new HddmA(0.001, true)::observe);
    places("HDDM_W two-sided", name, errors, new HddmW(0.001, 0.05, true)::observe);
    places("ADWIN", name, errors, new AdwinBegunAnew());
  }

  private void scores(String name, double[][] reference, double[][] live) {
    var estimate = new ConfidenceEstimate();
    Isotonic calibration = Isotonic.fit(column(reference, 0), column(reference, 2));
    boolean calibrated = name.equals("calibrated");
    for (double[] row : live) {
      estimate.add(calibrated ? row[0] : calibration.at(row[0]), row[1] == 1);
    }
    print("CBPE accuracy", name, estimate.accuracy());
    print("CBPE precision", name, estimate.precision());
    print("CBPE recall", name, estimate.recall());
    print("CBPE F1", name, estimate.f1());
  }

  private interface Watch {
    boolean drifts(double value);
  }

  /** River's begins anew by itself after each drift. */
  private static final class AdwinBegunAnew implements Watch {
    private Adwin adwin = new Adwin(Adwin.Parameters.usual());

    @Override
    public boolean drifts(double value) {
      boolean drift = adwin.observe(value);
      if (drift) {
        adwin = new Adwin(Adwin.Parameters.usual());
      }
      return drift;
    }
  }

  private void places(String detector, String name, double[] errors, Watch watch) {
    String places =
        IntStream.range(0, errors.length)
            .filter(place -> watch.drifts(errors[place]))
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "));
    out.println(detector + ";" + name + ";" + places);
  }

  private void print(String statistic, String name, double value) {
    out.println(statistic + ";" + name + ";" + value);
  }

  private static double[] values(String cell) {
    return cell.isEmpty()
        ? new double[0]
        : Arrays.stream(cell.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static double[][] rows(String cell) {
    return Arrays.stream(cell.split(" ", -1))
        .map(row -> values(row.replace(',', ' ')))
        .toArray(double[][]::new);
  }

  private static double[] column(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
  }
}
