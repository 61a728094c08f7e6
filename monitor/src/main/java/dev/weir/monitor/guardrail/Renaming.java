package dev.weir.monitor.guardrail;

import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.proto.route.v1.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * New names for requests, traces and units that are to be forgotten. Tests and verdicts look at
 * names only to see whether two are the same, so what is renamed everywhere at once gives the same
 * evidence, and a journal is replayed byte for byte. New names are random: nobody can turn them
 * back once the renaming itself is gone. Immutable value.
 *
 * <pre>
 *   uint8 1, uint8 'N', three times int64 n, then n pairs: bytes old, bytes new of requests and of
 *   traces, int64 old, int64 new of units
 * </pre>
 *
 * @param requests new id by old one
 * @param traces new id by old one
 * @param units new unit by old one; never 0
 */
public record Renaming(
    Map<String, String> requests, Map<String, String> traces, Map<Long, Long> units) {
  private static final byte KIND = 'N';
  private static final int VERSION = 1;
  private static final String ERASED = "erased-";

  public Renaming {
    requests = Map.copyOf(requests);
    traces = Map.copyOf(traces);
    units = Map.copyOf(units);
  }

  /**
   * New names for all that is to be forgotten.
   *
   * @param random cannot be predicted
   */
  public static Renaming of(Erasure erasure, RandomGenerator random) {
    var requests = new HashMap<String, String>();
    for (String id : erasure.requestIds()) {
      String name = ERASED + hex(random);
      // an id that is too long for a verdict stays one that is
      requests.put(
          id,
          id.length() > Exemplars.MAX_REQUEST_ID
              ? name + "-".repeat(Exemplars.MAX_REQUEST_ID)
              : name);
    }
    var traces = new HashMap<String, String>();
    for (String id : erasure.traceIds()) {
      // what is no trace id must not become one
      traces.put(id, Exemplars.isTraceId(id) ? hex(random) + hex(random) : ERASED + hex(random));
    }
    var units = new HashMap<Long, Long>();
    for (long unit : erasure.units()) {
      units.put(unit, notZero(random));
    }
    return new Renaming(requests, traces, units);
  }

  private static String hex(RandomGenerator random) {
    return HexFormat.of().toHexDigits(random.nextLong());
  }

  private static long notZero(RandomGenerator random) {
    long unit = 0;
    while (unit == 0) {
      unit = random.nextLong();
    }
    return unit;
  }

  /** Whether it names nothing. */
  public boolean isEmpty() {
    return requests.isEmpty() && traces.isEmpty() && units.isEmpty();
  }

  String request(String id) {
    return requests.getOrDefault(id, id);
  }

  String trace(String id) {
    return traces.getOrDefault(id, id);
  }

  long unit(long unit) {
    return units.getOrDefault(unit, unit);
  }

  Verdict verdict(Verdict verdict) {
    boolean named =
        verdict.getExemplarTraceIdsList().stream().anyMatch(traces::containsKey)
            || verdict.getExemplarRequestIdsList().stream().anyMatch(requests::containsKey);
    if (!named) {
      return verdict;
    }
    return verdict.toBuilder()
        .clearExemplarTraceIds()
        .addAllExemplarTraceIds(
            verdict.getExemplarTraceIdsList().stream().map(this::trace).toList())
        .clearExemplarRequestIds()
        .addAllExemplarRequestIds(
            verdict.getExemplarRequestIdsList().stream().map(this::request).toList())
        .build();
  }

  /**
   * A journal's entry with the new names: the same bytes when it has none of the old ones.
   *
   * @throws IllegalArgumentException when it is damaged
   */
  public byte[] entry(byte[] entry) {
    JournalEntry read = JournalEntry.fromBytes(entry);
    JournalEntry renamed = JournalNames.renamed(read, this);
    return renamed.equals(read) ? entry : renamed.toBytes();
  }

  /**
   * What else stands for the named requests, units and traces in a journal's entry: requests of a
   * unit, and requests and traces that belong together.
   *
   * @throws IllegalArgumentException when it is damaged
   */
  public static Erasure alsoKnownAs(byte[] entry, Erasure named) {
    return JournalNames.alsoKnownAs(JournalEntry.fromBytes(entry), named);
  }

  /** As described above. */
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    for (Map<String, String> names : List.of(requests, traces)) {
      out.int64(names.size());
      names.forEach((old, name) -> out.bytes(utf8(old)).bytes(utf8(name)));
    }
    out.int64(units.size());
    units.forEach((old, unit) -> out.int64(old).int64(unit));
    return out.toBytes();
  }

  /**
   * The renaming that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException when it is damaged
   */
  public static Renaming fromBytes(byte[] bytes) {
    var in = new StateReader("renaming", VERSION, KIND, bytes);
    Map<String, String> requests = names(in);
    Map<String, String> traces = names(in);
    var units = new HashMap<Long, Long>();
    for (long n = in.count(); n > 0; n--) {
      units.put(in.int64(), in.int64());
    }
    in.end();
    return new Renaming(requests, traces, units);
  }

  private static Map<String, String> names(StateReader in) {
    var names = new HashMap<String, String>();
    for (long n = in.count(); n > 0; n--) {
      names.put(
          new String(in.bytes(), StandardCharsets.UTF_8),
          new String(in.bytes(), StandardCharsets.UTF_8));
    }
    return names;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
