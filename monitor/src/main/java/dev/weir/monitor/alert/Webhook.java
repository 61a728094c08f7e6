package dev.weir.monitor.alert;

import dev.weir.platform.error.InvalidValueException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where alerts go, and in which form.
 *
 * @param form what its receiver understands
 * @param key PagerDuty's routing key; empty for others; a secret
 * @param address where to send; may hold a secret, so it is never shown whole
 */
record Webhook(Form form, String key, URI address) {
  /** What receivers understand. */
  enum Form {
    /** This project's own JSON. */
    GENERIC,
    /** Slack's incoming webhooks. */
    SLACK,
    /** PagerDuty's Events API v2. */
    PAGERDUTY,
    /** Alertmanager's API v2. */
    ALERTMANAGER
  }

  static Webhook parse(String text) {
    String[] words = text.trim().split("\\s+");
    boolean keyed = words.length > 0 && words[0].equalsIgnoreCase(Form.PAGERDUTY.name());
    String rule =
        "\"generic url\", \"slack url\", \"pagerduty key url\" or \"alertmanager url\", http(s)";
    if (words.length != (keyed ? 3 : 2)) {
      throw new InvalidValueException("webhooks", words[0] + " ...", rule);
    }
    for (Form form : Form.values()) {
      if (form.name().equalsIgnoreCase(words[0])) {
        return new Webhook(form, keyed ? words[1] : "", address(words[words.length - 1], rule));
      }
    }
    throw new InvalidValueException("webhooks", words[0] + " ...", rule);
  }

  private static URI address(String text, String rule) {
    try {
      URI address = new URI(text);
      if (address.getHost() != null
          && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
        return address;
      }
    } catch (URISyntaxException notAnAddress) {
      throw new InvalidValueException("webhooks", "an address that is none", rule);
    }
    throw new InvalidValueException("webhooks", "an address without host or http(s)", rule);
  }

  /** For logs and pages: nothing that could be a secret. */
  @Override
  public String toString() {
    return form.name().toLowerCase(java.util.Locale.ROOT)
        + " "
        + address.getScheme()
        + "://"
        + address.getHost()
        + (address.getPort() < 0 ? "" : ":" + address.getPort());
  }
}
