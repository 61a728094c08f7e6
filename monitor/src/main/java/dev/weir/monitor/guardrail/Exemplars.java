package dev.weir.monitor.guardrail;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The newest traces of the canary that could show what is wrong: from requests that failed, from
 * others, and by predicted class; a few of each. Of the classes, the one shows most that the canary
 * predicts too often, also where the evidence is that it predicts another too seldom. Mutable,
 * single writer.
 */
final class Exemplars {
  /** Traces that a verdict names at most. */
  static final int MAX = 8;

  private static final int MAX_CLASSES = 64;

  /** Longest request id that a verdict names. */
  static final int MAX_REQUEST_ID = 256;

  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  private final Deque<String> failing = new ArrayDeque<>();
  private final Deque<String> other = new ArrayDeque<>();
  private final Deque<String> wrong = new ArrayDeque<>();
  private final Deque<String> wrongTraces = new ArrayDeque<>();
  private final Map<String, PredictedClass> byClass = new LinkedHashMap<>();

  private static final class PredictedClass {
    final Deque<String> traces = new ArrayDeque<>();
    long canary;
    long baseline;
  }

  void failing(Collection<String> traceIds) {
    traceIds.forEach(id -> push(failing, id));
  }

  void other(Collection<String> traceIds) {
    traceIds.forEach(id -> push(other, id));
  }

  /** A prediction, of the canary with its trace, of the baseline only to be counted. */
  void predicted(String predictedClass, boolean byCanary, String traceId) {
    if (!byClass.containsKey(predictedClass) && byClass.size() >= MAX_CLASSES) {
      return;
    }
    PredictedClass seen = byClass.computeIfAbsent(predictedClass, c -> new PredictedClass());
    if (!byCanary) {
      seen.baseline++;
      return;
    }
    seen.canary++;
    push(seen.traces, traceId);
  }

  /** Traces for a guardrail's violation, the most telling first. */
  List<String> showing(Statement statement) {
    var found = new ArrayList<String>();
    switch (statement) {
      case Statement.ErrorRatio _, Statement.ErrorShare _ -> found.addAll(failing);
      case Statement.Latency _ -> {
        found.addAll(failing);
        found.addAll(other);
      }
      case Statement.PredictedClass _ -> found.addAll(mostOverpredicted());
      case Statement.LabelQuality _ -> found.addAll(wrongTraces);
      case Statement.Score _,
          Statement.Confidence _,
          Statement.DataQuality _,
          Statement.Business _,
          Statement.Shadow _ -> {
        // no single request of these shows it
      }
    }
    return List.copyOf(found.subList(0, Math.min(MAX, found.size())));
  }

  /** A request of the canary whose label says that its prediction was wrong. */
  void wrong(String requestId, String traceId) {
    push(wrongTraces, traceId);
    if (!requestId.isEmpty()
        && requestId.length() <= MAX_REQUEST_ID
        && !wrong.contains(requestId)) {
      wrong.addFirst(requestId);
      if (wrong.size() > MAX) {
        wrong.removeLast();
      }
    }
  }

  /** Requests for a guardrail's violation, the newest first. */
  List<String> requests(Statement statement) {
    return statement instanceof Statement.LabelQuality ? List.copyOf(wrong) : List.of();
  }

  private Collection<String> mostOverpredicted() {
    double canary = Math.max(1, byClass.values().stream().mapToLong(c -> c.canary).sum());
    double baseline = Math.max(1, byClass.values().stream().mapToLong(c -> c.baseline).sum());
    return byClass.values().stream()
        .max(Comparator.comparingDouble(c -> c.canary / canary - c.baseline / baseline))
        .map(c -> c.traces)
        .orElse(new ArrayDeque<>());
  }

  /** What is no trace id is not taken: the registry would refuse the whole verdict for it. */
  private static void push(Deque<String> traces, String id) {
    if (isTraceId(id) && !traces.contains(id)) {
      traces.addFirst(id);
      if (traces.size() > MAX) {
        traces.removeLast();
      }
    }
  }

  static boolean isTraceId(String id) {
    return TRACE_ID.matcher(id).matches();
  }

  /** Takes new names, at the same places; whether there were any of the old ones. */
  boolean rename(Renaming to) {
    boolean any = rename(wrong, to::request);
    any |= rename(failing, to::trace);
    any |= rename(other, to::trace);
    any |= rename(wrongTraces, to::trace);
    for (PredictedClass seen : byClass.values()) {
      any |= rename(seen.traces, to::trace);
    }
    return any;
  }

  private static boolean rename(Deque<String> ids, UnaryOperator<String> to) {
    List<String> renamed = ids.stream().map(to).toList();
    if (renamed.equals(List.copyOf(ids))) {
      return false;
    }
    ids.clear();
    ids.addAll(renamed);
    return true;
  }

  void writeTo(DataOutput out) throws IOException {
    write(out, failing);
    write(out, other);
    write(out, wrong);
    write(out, wrongTraces);
    out.writeInt(byClass.size());
    for (var entry : byClass.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue().canary);
      out.writeLong(entry.getValue().baseline);
      write(out, entry.getValue().traces);
    }
  }

  static Exemplars readFrom(DataInput in) throws IOException {
    var exemplars = new Exemplars();
    read(in, exemplars.failing);
    read(in, exemplars.other);
    read(in, exemplars.wrong);
    read(in, exemplars.wrongTraces);
    int classes = in.readInt();
    for (int i = 0; i < classes; i++) {
      var seen = new PredictedClass();
      exemplars.byClass.put(in.readUTF(), seen);
      seen.canary = in.readLong();
      seen.baseline = in.readLong();
      read(in, seen.traces);
    }
    return exemplars;
  }

  private static void write(DataOutput out, Collection<String> traces) throws IOException {
    out.writeInt(traces.size());
    for (String trace : traces) {
      out.writeUTF(trace);
    }
  }

  private static void read(DataInput in, Deque<String> traces) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      traces.addLast(in.readUTF());
    }
  }
}
