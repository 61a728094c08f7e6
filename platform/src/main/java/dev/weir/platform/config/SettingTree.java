package dev.weir.platform.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The leaves of a configuration record by their key ({@code listen.max-in-flight}), in order of
 * declaration.
 */
final class SettingTree {
  private SettingTree() {}

  record Leaf(String key, RecordComponent component, Object defaultValue) {
    String documentation() {
      Setting setting = component.getAnnotation(Setting.class);
      return setting == null ? "" : setting.value();
    }
  }

  static Map<String, Leaf> leaves(Record defaults) {
    var leaves = new LinkedHashMap<String, Leaf>();
    collect("", defaults, leaves);
    return leaves;
  }

  private static void collect(String prefix, Record defaults, Map<String, Leaf> into) {
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      String key = prefix + kebab(component.getName());
      Object value = read(component, defaults);
      if (value instanceof Record nested) {
        collect(key + ".", nested, into);
      } else {
        into.put(key, new Leaf(key, component, value));
      }
    }
  }

  static Object read(RecordComponent component, Record from) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("configuration record " + from.getClass() + " unreadable", e);
    }
  }

  /** {@code maxInFlight} as {@code max-in-flight}. */
  static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** The candidates nearest to a misspelt key, best first, at most three. */
  static List<String> nearest(String key, Iterable<String> candidates) {
    record Near(String candidate, int distance) {}
    var near = new ArrayList<Near>();
    for (String candidate : candidates) {
      String last = candidate.substring(candidate.lastIndexOf('.') + 1);
      int distance = Math.min(editDistance(key, candidate), editDistance(key, last));
      if (distance <= Math.max(2, key.length() / 3)) {
        near.add(new Near(candidate, distance));
      }
    }
    near.sort(java.util.Comparator.comparingInt(Near::distance));
    return near.stream().limit(3).map(Near::candidate).toList();
  }

  /** Levenshtein distance. */
  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
