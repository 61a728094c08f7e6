package dev.weir.monitor.history;

/**
 * Names a series.
 *
 * @param route route that the requests came by; empty: none
 * @param model model served
 * @param version version served
 * @param kind what it is about
 * @param name which of several of this kind, as a feature's name; empty: there is one
 */
public record SeriesKey(String route, String model, String version, SeriesKind kind, String name) {
  public SeriesKey {
    route = storable(route);
    model = storable(model);
    version = storable(version);
    name = storable(name);
  }

  /** PostgreSQL takes no text with the character 0 in it. */
  private static String storable(String text) {
    return text.indexOf(0) < 0 ? text : text.replace((char) 0, '\uFFFD');
  }
}
