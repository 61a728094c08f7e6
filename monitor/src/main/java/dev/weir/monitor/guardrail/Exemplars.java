package dev.weir.monitor.guardrail;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest traces of the canary that could show what is wrong: from requests that failed, from
 * others, and by predicted class; a few of each. Mutable, single writer.
 */
final class Exemplars {
  /** Traces that a verdict names at most. */
  static final int MAX = 8;

  private static final int MAX_CLASSES = 64;

  private final Deque<String> failing = new ArrayDeque<>();
  private final Deque<String> other = new ArrayDeque<>();
  private final Map<String, Deque<String>> byClass = new LinkedHashMap<>();

  void failing(Collection<String> traceIds) {
    traceIds.forEach(id -> push(failing, id));
  }

  void other(Collection<String> traceIds) {
    traceIds.forEach(id -> push(other, id));
  }

  void predicted(String predictedClass, String traceId) {
    if (!traceId.isEmpty()
        && (byClass.containsKey(predictedClass) || byClass.size() < MAX_CLASSES)) {
      push(byClass.computeIfAbsent(predictedClass, c -> new ArrayDeque<>()), traceId);
    }
  }

  /** Traces for a guardrail's violation, the most telling first. */
  List<String> showing(RolloutPlan.Statement statement, String decisiveOutcome) {
    var found = new ArrayList<String>();
    switch (statement) {
      case RolloutPlan.Statement.ErrorRate ignored -> found.addAll(failing);
      case RolloutPlan.Statement.Latency ignored -> {
        found.addAll(failing);
        found.addAll(other);
      }
      case RolloutPlan.Statement.PredictedClass ignored ->
          found.addAll(
              byClass.getOrDefault(
                  decisiveOutcome.startsWith("class ") ? decisiveOutcome.substring(6) : "", other));
    }
    return List.copyOf(found.subList(0, Math.min(MAX, found.size())));
  }

  private static void push(Deque<String> traces, String id) {
    if (!traces.contains(id)) {
      traces.addFirst(id);
      if (traces.size() > MAX) {
        traces.removeLast();
      }
    }
  }

  void writeTo(DataOutput out) throws IOException {
    write(out, failing);
    write(out, other);
    out.writeInt(byClass.size());
    for (var entry : byClass.entrySet()) {
      out.writeUTF(entry.getKey());
      write(out, entry.getValue());
    }
  }

  static Exemplars readFrom(DataInput in) throws IOException {
    var exemplars = new Exemplars();
    read(in, exemplars.failing);
    read(in, exemplars.other);
    int classes = in.readInt();
    for (int i = 0; i < classes; i++) {
      var traces = new ArrayDeque<String>();
      exemplars.byClass.put(in.readUTF(), traces);
      read(in, traces);
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
