package dev.weir.monitor.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.Readiness;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alerts and silences on disk: one file of JSON, replaced whole. After a crash at any point the old
 * or the new one is there. Not thread-safe.
 */
public final class AlertFile {
  private static final Logger LOG = LoggerFactory.getLogger(AlertFile.class);
  private static final String PART = "alert file";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * What is kept.
   *
   * @param open alerts that go on
   * @param over alerts that are over, oldest first
   * @param silences silences
   * @param told ids of open alerts that people were told of
   */
  record Kept(List<Alert> open, List<Alert> over, List<Silence> silences, List<String> told) {}

  private final Path file;
  private final AlertBook book;
  private final Readiness readiness;

  /** Keeps {@code book} in {@code file}, and says in {@code readiness} when that fails. */
  public AlertFile(Path file, AlertBook book, Readiness readiness) {
    this.file = file;
    this.book = book;
    this.readiness = readiness;
  }

  /** Takes over what is there; what cannot be read is set aside. */
  public void load() throws IOException {
    readiness.ready(PART);
    if (!Files.exists(file)) {
      return;
    }
    try {
      book.restore(read(JSON.readTree(Files.readAllBytes(file))));
    } catch (JsonProcessingException | CharConversionException | IllegalArgumentException e) {
      Path aside = file.resolveSibling(file.getFileName() + ".broken");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.atError().setCause(e).addKeyValue("aside", aside).log("alerts cannot be read");
      readiness.degraded(PART, "it could not be read, and is now " + aside);
    }
  }

  /** Saves the book when it has changed. */
  public void save() {
    book.kept()
        .ifPresent(kept -> {
          try {
            DataFolder.replaceDurably(file, JSON.writeValueAsBytes(json(kept)));
            readiness.ready(PART);
          } catch (IOException e) {
            LOG.atError().setCause(e).log("alerts cannot be saved");
            readiness.degraded(PART, "it cannot be written: " + e);
          }
        });
  }

  private static Map<String, Object> json(Kept kept) {
    return Map.of(
        "version", 1,
        "open", kept.open().stream().map(AlertJson::of).toList(),
        "over", kept.over().stream().map(AlertJson::of).toList(),
        "silences", kept.silences().stream().map(AlertJson::of).toList(),
        "told", kept.told());
  }

  private static Kept read(JsonNode json) {
    if (json.path("version").asInt() != 1) {
      throw new IllegalArgumentException("version: " + json.path("version") + " (expected: 1)");
    }
    var silences = new ArrayList<Silence>();
    for (JsonNode each : json.path("silences")) {
      silences.add(
          new Silence(
              each.path("id").asText(),
              texts(each.path("matchers")),
              Instant.ofEpochMilli(each.path("untilMillis").asLong()),
              each.path("by").asText(),
              each.path("comment").asText()));
    }
    var told = new ArrayList<String>();
    json.path("told").forEach(id -> told.add(id.asText()));
    return new Kept(alerts(json.path("open")), alerts(json.path("over")), silences, told);
  }

  private static List<Alert> alerts(JsonNode json) {
    var alerts = new ArrayList<Alert>();
    for (JsonNode each : json) {
      var figures = new HashMap<String, Double>();
      each.path("figures")
          .properties()
          .forEach(e -> figures.put(e.getKey(), e.getValue().asDouble()));
      var finding =
          new Finding(
              each.path("kind").asText(),
              texts(each.path("labels")),
              Severity.valueOf(each.path("severity").asText()),
              each.path("summary").asText(),
              Instant.ofEpochMilli(each.path("sinceMillis").asLong()),
              figures,
              list(each.path("traceIds")),
              list(each.path("requestIds")));
      alerts.add(
          new Alert(
              each.path("id").asText(),
              finding,
              AlertState.valueOf(each.path("state").asText()),
              each.path("group").asText(),
              Instant.ofEpochMilli(each.path("pendingSinceMillis").asLong()),
              instant(each.path("firingSinceMillis")),
              Instant.ofEpochMilli(each.path("lastSeenMillis").asLong()),
              instant(each.path("quietSinceMillis")),
              instant(each.path("resolvedAtMillis")),
              each.path("acknowledgedBy").asText(),
              each.path("acknowledgement").asText()));
    }
    return alerts;
  }

  private static @Nullable Instant instant(JsonNode millis) {
    return millis.isNumber() ? Instant.ofEpochMilli(millis.asLong()) : null;
  }

  private static Map<String, String> texts(JsonNode json) {
    var texts = new HashMap<String, String>();
    json.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  private static List<String> list(JsonNode json) {
    var list = new ArrayList<String>();
    json.forEach(each -> list.add(each.asText()));
    return list;
  }
}
