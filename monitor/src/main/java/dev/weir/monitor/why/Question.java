package dev.weir.monitor.why;

/**
 * What is asked.
 *
 * @param route route; empty: requests that came through none
 * @param model model; empty: whichever
 * @param version version
 * @param against version that it is compared with; empty: its own past
 * @param event event to explain; empty: the one that changed most
 * @param recent newest windows that are compared with those before; {@link #FIND}: as many as
 *     changed most
 */
record Question(
    String route, String model, String version, String against, String event, int recent) {
  /** Cut time where the most changed. */
  static final int FIND = 0;
}
