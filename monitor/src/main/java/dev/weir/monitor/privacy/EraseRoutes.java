package dev.weir.monitor.privacy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.http.JsonBody;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/erase} with {@code {"by": "ada", "request_ids": ["..."], "units":
 * ["1f2e..."], "trace_ids": ["..."]}}: forgets what is known of these requests, units and traces.
 * Says by what and how much, never whom: the log would keep what was to be forgotten.
 */
public final class EraseRoutes implements HttpService {
  private static final Logger LOG = LoggerFactory.getLogger(EraseRoutes.class);
  private static final int MAX_ITEMS = 1_000;
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  private final Map<String, Erasable> holders;

  /**
   * Erases.
   *
   * @param holders who holds something, by a word for the answer
   */
  public EraseRoutes(Map<String, Erasable> holders) {
    this.holders = new LinkedHashMap<>(holders);
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/", this::erase);
  }

  private record Order(String by, Erasure named) {}

  private void erase(ServerRequest request, ServerResponse response) {
    try {
      JsonBody.take(
          request,
          response,
          body -> HttpServer.send(response, Status.OK_200, Map.of("erased", erase(order(body)))));
    } catch (UncheckedIOException | JdbiException e) {
      LOG.atError().setCause(e).log("not everything could be erased");
      HttpServer.send(
          response,
          Status.INTERNAL_SERVER_ERROR_500,
          Map.of("error", "not everything could be erased, ask again"));
    }
  }

  private Map<String, Integer> erase(Order order) {
    var erased = new LinkedHashMap<String, Integer>();
    // one may know the trace under which another holds the same request
    Erasure all = order.named();
    for (Erasable holder : holders.values()) {
      all = all.with(holder.alsoKnownAs(order.named()));
    }
    for (Map.Entry<String, Erasable> holder : holders.entrySet()) {
      erased.put(holder.getKey(), holder.getValue().erase(all));
    }
    LOG.atInfo()
        .addKeyValue("by", order.by())
        .addKeyValue("request_ids", order.named().requestIds().size())
        .addKeyValue("units", order.named().units().size())
        .addKeyValue("trace_ids", order.named().traceIds().size())
        .addKeyValue("erased", erased)
        .log("erased");
    return erased;
  }

  private static Order order(JsonNode body) {
    var ids = new LinkedHashSet<String>();
    body.path("request_ids").forEach(id -> ids.add(JsonBody.text("request_ids", id.asText())));
    var units = new LinkedHashSet<Long>();
    body.path("units").forEach(unit -> units.add(unit(unit.asText())));
    var traces = new LinkedHashSet<String>();
    body.path("trace_ids").forEach(trace -> traces.add(trace(trace.asText())));
    int items = ids.size() + units.size() + traces.size();
    if (items < 1 || items > MAX_ITEMS) {
      throw new InvalidValueException(
          "request_ids",
          items + " with units and trace_ids",
          "1 to " + MAX_ITEMS + " together with units and trace_ids");
    }
    return new Order(
        JsonBody.text("by", body.path("by").asText()), new Erasure(ids, units, traces));
  }

  private static String trace(String id) {
    if (!TRACE_ID.matcher(id).matches()) {
      throw new InvalidValueException("trace_ids", id, "32 hexadecimal digits, lower case");
    }
    return id;
  }

  private static long unit(String hexadecimal) {
    try {
      long unit = Long.parseUnsignedLong(hexadecimal, 16);
      if (unit != 0) {
        return unit;
      }
    } catch (NumberFormatException e) {
      throw new InvalidValueException("units", hexadecimal, "1 to 16 hexadecimal digits, not 0");
    }
    throw new InvalidValueException("units", hexadecimal, "1 to 16 hexadecimal digits, not 0");
  }
}
