package dev.weir.loadtest.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The HTTP pages of one service on loopback. */
final class ServicePage {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build();
  private final int port;

  ServicePage(int port) {
    this.port = port;
  }

  /** Whether it says that it is ready; false when it does not answer. */
  boolean isReady() throws InterruptedException {
    try {
      return get("/health").statusCode() == 200;
    } catch (IOException away) {
      return false;
    }
  }

  /** Its counters and gauges. */
  Map<String, Double> metrics() throws IOException, InterruptedException {
    return parse(get("/metrics").body());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + port + path);
    return client.send(
        HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Prometheus' text form: the values of each name, added up over its labels. */
  static Map<String, Double> parse(String text) {
    var values = new TreeMap<String, Double>();
    for (String line : text.split("\n", -1)) {
      int value = line.lastIndexOf(' ');
      if (value > 0 && line.charAt(0) != '#') {
        String labelled = line.substring(0, value);
        int labels = labelled.indexOf('{');
        String name = labels < 0 ? labelled : labelled.substring(0, labels);
        values.merge(name, Double.parseDouble(line.substring(value + 1)), Double::sum);
      }
    }
    return values;
  }
}
