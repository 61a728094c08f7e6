package dev.weir.monitor.why;

import dev.weir.monitor.stats.slice.SliceCount;
import dev.weir.monitor.stats.slice.SliceRanking;
import dev.weir.monitor.stats.slice.SliceSearch;
import dev.weir.monitor.why.Explanation.EventChange;
import dev.weir.monitor.why.Explanation.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Finds which event changed most and since when, and the slices that explain it. Every event, every
 * window that the change could have begun with and every slice counts as searched. Pure.
 */
final class Explainer {
  /** Probability that any interval of an explanation is wrong. */
  static final double ALPHA = 0.05;

  /** Of each side, for a change to be found there. */
  static final long LEAST_UNITS = 30;

  private static final int MAX_SLICES = 20;
  private static final int MAX_TRACES = 8;

  private final long windowMillis;

  Explainer(Duration window) {
    this.windowMillis = window.toMillis();
  }

  /**
   * Where time is cut.
   *
   * @param event the event that changed most there
   * @param window first window after it
   * @param sinceMillis its start
   * @param deviations the change in standard deviations, about
   * @param searches events and windows that were tried
   */
  record Cut(String event, long window, long sinceMillis, double deviations, long searches) {}

  /**
   * Cuts time where an event changed most.
   *
   * @param recent windows after the cut; {@link Question#FIND}: as many as changed most
   * @param event the event; empty: whichever changed most
   * @return empty: there are not enough windows, or not enough units of both sides
   */
  Optional<Cut> cut(VersionTallies version, int recent, String event) {
    List<Long> windows = List.copyOf(version.windows().keySet());
    int last = windows.size() - 1;
    boolean find = recent == Question.FIND;
    int from = find ? 1 : windows.size() - recent;
    int to = find ? last : from;
    if (from < 1 || from > last) {
      return Optional.empty();
    }
    Set<String> events = events(version.windows().values());
    long searches = (long) events.size() * (to - from + 1);
    Optional<Cut> most = Optional.empty();
    for (String each : events) {
      Line line = Line.of(version.windows(), each, version.cells().everything());
      for (int i = from; i <= to && (event.isEmpty() || event.equals(each)); i++) {
        SliceCount all = cut(line, i);
        double deviations = SliceSearch.deviations(all);
        boolean enough = !find || (all.before() >= LEAST_UNITS && all.after() >= LEAST_UNITS);
        if (enough && (most.isEmpty() || deviations > most.get().deviations())) {
          long window = windows.get(i);
          most = Optional.of(new Cut(each, window, window * windowMillis, deviations, searches));
        }
      }
    }
    return most;
  }

  private static SliceCount cut(Line line, int at) {
    return new SliceCount(
        "",
        "",
        sum(line.units().subList(0, at)),
        sum(line.hits().subList(0, at)),
        sum(line.units().subList(at, line.units().size())),
        sum(line.hits().subList(at, line.hits().size())));
  }

  private static long sum(List<Long> counts) {
    return counts.stream().mapToLong(count -> count).sum();
  }

  private static Set<String> events(Collection<SliceTally> tallies) {
    var events = new TreeSet<String>();
    tallies.forEach(tally -> events.addAll(tally.events()));
    return events;
  }

  /** A version against its own past; parameters and result as in {@link #cut}. */
  Optional<Explanation> overTime(VersionTallies version, int recent, String event) {
    return cut(version, recent, event)
        .map(cut -> {
          NavigableMap<Long, SliceTally> windows = version.windows();
          var sides =
              new Sides(
                  version,
                  SliceTally.sum(version.cells(), windows.headMap(cut.window(), false).values()),
                  SliceTally.sum(version.cells(), windows.tailMap(cut.window(), true).values()),
                  windows,
                  new TreeMap<>());
          return explain(sides, cut, windows.firstKey() * windowMillis);
        });
  }

  /**
   * A version against another, over the windows that both have.
   *
   * @return empty: there are none, the two have different references, or no such event
   */
  Optional<Explanation> between(VersionTallies version, VersionTallies other, String event) {
    var mine = new TreeMap<>(version.windows());
    mine.keySet().retainAll(other.windows().keySet());
    var theirs = new TreeMap<>(other.windows());
    theirs.keySet().retainAll(mine.keySet());
    if (mine.isEmpty() || !version.cells().features().equals(other.cells().features())) {
      return Optional.empty();
    }
    var sides =
        new Sides(
            version,
            SliceTally.sum(version.cells(), theirs.values()),
            SliceTally.sum(version.cells(), mine.values()),
            mine,
            theirs);
    Set<String> events = sides.events();
    return events.stream()
        .filter(each -> event.isEmpty() || event.equals(each))
        .map(each -> {
          double deviations = SliceSearch.deviations(sides.all(each));
          long window = mine.firstKey();
          return new Cut(each, window, window * windowMillis, deviations, events.size());
        })
        .max(Comparator.comparingDouble(Cut::deviations))
        .map(cut -> explain(sides, cut, 0));
  }

  /**
   * What is compared.
   *
   * @param version whose examples are shown
   * @param windows windows of the line that is drawn
   * @param others windows of the other version; empty: there is none
   */
  private record Sides(
      VersionTallies version,
      SliceTally before,
      SliceTally after,
      NavigableMap<Long, SliceTally> windows,
      NavigableMap<Long, SliceTally> others) {
    Set<String> events() {
      return Explainer.events(List.of(before, after));
    }

    SliceCount all(String event) {
      return SliceTally.compare(before, after, event, version.cells().everything());
    }

    Line other(String event, int cell) {
      return others.isEmpty() ? Line.NONE : Line.of(others, event, cell);
    }
  }

  private Explanation explain(Sides sides, Cut cut, long beforeMillis) {
    String event = cut.event();
    Cells cells = sides.version().cells();
    List<SliceCount> counts =
        IntStream.range(0, cells.size())
            .mapToObj(cell -> SliceTally.compare(sides.before(), sides.after(), event, cell))
            .toList();
    SliceRanking ranking = SliceSearch.rank(sides.all(event), counts, ALPHA, cut.searches());
    var events = new ArrayList<EventChange>();
    for (String each : sides.events()) {
      SliceCount all = sides.all(each);
      events.add(
          new EventChange(
              each,
              all,
              SliceSearch.change(all, ALPHA, ranking.comparisons()),
              SliceSearch.deviations(all)));
    }
    events.sort(Comparator.comparingDouble(EventChange::deviations).reversed());
    List<Explanation.Slice> slices =
        ranking.findings().stream()
            .filter(finding -> finding.count().before() + finding.count().after() > 0)
            .limit(MAX_SLICES)
            .map(finding -> {
              int cell = counts.indexOf(finding.count());
              return new Explanation.Slice(
                  finding,
                  Line.of(sides.windows(), event, cell),
                  sides.other(event, cell),
                  sides.version().examples().traces(event, cells, cell, cut.window(), MAX_TRACES));
            })
            .toList();
    int all = cells.everything();
    return new Explanation(
        event,
        beforeMillis,
        cut.sinceMillis(),
        (sides.windows().lastKey() + 1) * windowMillis,
        ranking.comparisons(),
        events,
        slices,
        sides.windows().keySet().stream().map(window -> window * windowMillis).toList(),
        Line.of(sides.windows(), event, all),
        sides.other(event, all));
  }
}
