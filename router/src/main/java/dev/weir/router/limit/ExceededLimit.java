package dev.weir.router.limit;

import java.util.Locale;

/** The bound that refused a request. */
public enum ExceededLimit {
  /** The client's requests at the same time. */
  CLIENT_CONCURRENT,
  /** The client's requests per second. */
  CLIENT_RATE,
  /** The route's requests at the same time, or the part of them that the priority may use. */
  ROUTE_CONCURRENT,
  /** The route's requests per second, or the part of them that the priority may use. */
  ROUTE_RATE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word in metric labels and logs. */
  public String word() {
    return word;
  }
}
