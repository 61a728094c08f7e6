package dev.weir.monitor.privacy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.proto.monitor.v1.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The database of kept samples. Writing and deleting is one transaction a call, by one thread at a
 * time, and on disk when the call returns; reading may happen at any time.
 */
public final class SampleStore implements AutoCloseable {
  private static final int AT_ONCE = 1_000;

  private final Jdbi jdbi;
  private final Handle writer;

  private SampleStore(Jdbi jdbi) {
    this.jdbi = jdbi;
    this.writer = PrivacyDatabase.writer(jdbi);
  }

  /**
   * Opens the database, creating it when it is not there.
   *
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  public static SampleStore open(Path file) {
    return new SampleStore(
        PrivacyDatabase.open(
            file,
            "database of kept samples",
            "samples",
            "start the Weir that wrote it, or delete it: samples are then kept from now on"));
  }

  /**
   * A version of a model.
   *
   * @param model its name
   * @param version its number
   */
  record Version(String model, String version) {
    static Version of(Sample sample) {
      return new Version(sample.getModel(), sample.getVersion());
    }
  }

  /**
   * What is kept.
   *
   * @param samples how many
   * @param bytes of their messages
   */
  record Total(long samples, long bytes) {}

  /** How much is kept. */
  Total total() {
    return jdbi.withHandle(SampleStore::total);
  }

  private static Total total(Handle handle) {
    return handle
        .createQuery("SELECT samples, bytes FROM total")
        .map((row, context) -> new Total(row.getLong(1), row.getLong(2)))
        .one();
  }

  /**
   * Takes the newest word about policies.
   *
   * @param keep versions of which samples are kept, and how long
   * @param drop versions of which none may be kept
   * @return how many were deleted
   */
  int follow(Map<Version, Duration> keep, Collection<Version> drop) {
    return writer.inTransaction(handle -> {
      keep.forEach((version, time) -> versionId(handle, version, time));
      int deleted = 0;
      for (Version version : drop) {
        deleted +=
            handle
                .createUpdate(
                    """
                    DELETE FROM sample WHERE version_id IN
                      (SELECT id FROM version WHERE model = :model AND version = :version)
                    """)
                .bind("model", version.model())
                .bind("version", version.version())
                .execute();
        handle
            .createUpdate("DELETE FROM version WHERE model = :model AND version = :version")
            .bind("model", version.model())
            .bind("version", version.version())
            .execute();
      }
      return deleted;
    });
  }

  private static long versionId(Handle handle, Version version, Duration keep) {
    return handle
        .createQuery(
            """
            INSERT INTO version (model, version, keep_millis) VALUES (:model, :version, :keep)
            ON CONFLICT (model, version) DO UPDATE SET keep_millis = excluded.keep_millis
            RETURNING id
            """)
        .bind("model", version.model())
        .bind("version", version.version())
        .bind("keep", keep.toMillis())
        .mapTo(Long.class)
        .one();
  }

  /**
   * Writes samples.
   *
   * @param samples in order of arrival
   * @param keep how long those of each version are kept; of one that is not in it none is written
   * @param nowMillis when they came
   * @return how many were written
   */
  int write(List<Sample> samples, Map<Version, Duration> keep, long nowMillis) {
    return writer.inTransaction(handle -> {
      var ids = new HashMap<Version, Long>();
      try (var batch =
          handle.prepareBatch(
              """
              INSERT INTO sample (version_id, request, trace, unit, at, taken, size, content)
              VALUES (:version, :request, :trace, :unit, :at, :taken, :size, :content)
              """)) {
        for (Sample sample : samples) {
          Duration time = keep.get(Version.of(sample));
          if (time != null) {
            byte[] content = sample.toByteArray();
            batch
                .bind(
                    "version",
                    ids.computeIfAbsent(
                        Version.of(sample), version -> versionId(handle, version, time)))
                .bind("request", sample.getRequestId())
                .bind("trace", sample.getTraceId())
                .bind("unit", sample.getAssignment().getUnit())
                .bind("at", millis(sample))
                .bind("taken", nowMillis)
                .bind("size", content.length)
                .bind("content", content)
                .add();
          }
        }
        int written = batch.size();
        if (written > 0) {
          batch.execute();
        }
        return written;
      }
    });
  }

  private static long millis(Sample sample) {
    return sample.getAt().getSeconds() * 1_000 + sample.getAt().getNanos() / 1_000_000;
  }

  /** Deletes what came longer ago than its version's policy says; returns how many. */
  int expire(long nowMillis) {
    return writer.inTransaction(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM sample WHERE id IN (
                  SELECT sample.id FROM version JOIN sample
                    ON sample.version_id = version.id AND sample.taken <= :now - version.keep_millis)
                """)
            .bind("now", nowMillis)
            .execute());
  }

  /** Deletes the oldest until no more is kept than may be; returns how many. */
  int makeRoom(long maxSamples, long maxBytes) {
    int deleted = 0;
    Total total = total(writer);
    while (total.samples() > maxSamples || total.bytes() > maxBytes) {
      long some =
          Math.clamp(total.samples() - maxSamples, total.bytes() > maxBytes ? 100 : 1, AT_ONCE);
      deleted +=
          writer.inTransaction(handle ->
              handle
                  .createUpdate(
                      "DELETE FROM sample WHERE id IN (SELECT id FROM sample ORDER BY id LIMIT :some)")
                  .bind("some", some)
                  .execute());
      total = total(writer);
    }
    return deleted;
  }

  /**
   * Deletes all that is named; returns how many. {@link #overwrite} is what makes it unreadable.
   */
  int erase(Erasure erasure) {
    return writer.inTransaction(handle -> {
      int count = delete(handle, "request", erasure.requestIds());
      count += delete(handle, "unit", erasure.units());
      return count + delete(handle, "trace", erasure.traceIds());
    });
  }

  private static int delete(Handle handle, String column, Set<?> values) {
    int count = 0;
    for (Object value : values) {
      count +=
          handle
              .createUpdate("DELETE FROM sample WHERE " + column + " = :value")
              .bind("value", value)
              .execute();
    }
    return count;
  }

  /** Requests and traces of what is named. */
  Erasure alsoKnownAs(Erasure erasure) {
    return jdbi.withHandle(handle -> {
      var requests = new HashSet<String>();
      var traces = new HashSet<String>();
      for (long unit : erasure.units()) {
        find(handle, "unit", unit, requests, traces);
      }
      for (String request : erasure.requestIds()) {
        find(handle, "request", request, requests, traces);
      }
      requests.remove("");
      traces.remove("");
      return new Erasure(requests, Set.of(), traces);
    });
  }

  private static void find(
      Handle handle, String column, Object value, Set<String> requests, Set<String> traces) {
    handle
        .createQuery("SELECT request, trace FROM sample WHERE " + column + " = :value")
        .bind("value", value)
        .map((row, context) -> requests.add(row.getString(1)) | traces.add(row.getString(2)))
        .list();
  }

  /**
   * Overwrites what was deleted; whether it could be done, which it cannot while somebody reads.
   */
  boolean overwrite() {
    return PrivacyDatabase.overwriteLog(writer);
  }

  /**
   * The newest samples that a query wants.
   *
   * @param samples the newest first
   * @param more there are older ones
   */
  record Page(List<Sample> samples, boolean more) {}

  /** Answers a query; at most {@code maxBytes} of messages, but at least one. */
  Page find(SampleQuery query, long maxBytes) {
    return jdbi.withHandle(handle -> {
      var found = new ArrayList<Sample>();
      long bytes = 0;
      try (var rows =
          handle
              .createQuery(
                  """
                  SELECT content FROM sample CROSS JOIN version ON version.id = sample.version_id
                  WHERE at >= :from AND at < :to
                    AND (:model = '' OR model = :model) AND (:version = '' OR version = :version)
                  ORDER BY at DESC LIMIT :limit
                  """)
              .bind("from", query.fromMillis())
              .bind("to", query.toMillis())
              .bind("model", query.model())
              .bind("version", query.version())
              .bind("limit", query.limit() + 1)
              .map((row, context) -> row.getBytes(1))
              .iterator()) {
        while (rows.hasNext()) {
          byte[] content = rows.next();
          bytes += content.length;
          if (found.size() == query.limit() || (bytes > maxBytes && !found.isEmpty())) {
            return new Page(found, true);
          }
          found.add(read(content));
        }
      }
      return new Page(found, false);
    });
  }

  private static Sample read(byte[] content) {
    try {
      return Sample.parseFrom(content);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept sample is damaged", e);
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
