package dev.weir.router.policy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.StickyKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one route are compiled with: its name, for refusals, and its variants, for the
 * parts that name them.
 */
record CompileScope(String route, Map<String, RouteVariant> variants) {
  /** Most characters of a name, prefix or expression. */
  static final int LONGEST_TEXT = 256;

  InvalidValueException invalid(String field, Object value, String expected) {
    return new InvalidValueException(name(field), value, expected);
  }

  /** What a field is called in refusals. */
  String name(String field) {
    return "route " + route + ": " + field;
  }

  RouteVariant variant(String field, String name) {
    RouteVariant variant = variants.get(name);
    if (variant == null) {
      throw invalid(field, "\"" + name + "\"", "one of " + variants.keySet());
    }
    return variant;
  }

  String header(String field, String name) {
    boolean usable = name.matches("[0-9a-z_.-]{1,128}") && !name.endsWith("-bin");
    if (!usable) {
      throw invalid(field, "\"" + name + "\"", "a lower-case metadata name, not a binary one");
    }
    return name;
  }

  String name(String field, String name, int longest) {
    if (name.isBlank() || name.length() > longest) {
      throw invalid(field, "\"" + name + "\"", "1 to " + longest + " characters");
    }
    return name;
  }

  /** An unsigned field of the wire, as it is held by an int. */
  int range(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw invalid(field, Integer.toUnsignedString(value), min + " to " + max);
    }
    return value;
  }

  double range(String field, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw invalid(field, value, min + " to " + max);
    }
    return value;
  }

  int count(String field, int count, int max) {
    if (count > max) {
      throw invalid(field, count, "at most " + max);
    }
    return count;
  }

  /** A version that is no variant: it answers without being part of any split. */
  RouteVariant unweighted(String field, String model, String version) {
    if (model.isEmpty() || VersionNumber.parse(version) < 0) {
      throw invalid(field, model + "/" + version, "a model's name and a positive number");
    }
    for (RouteVariant variant : variants.values()) {
      if (variant.served().model().equals(model) && variant.served().version().equals(version)) {
        return variant;
      }
    }
    return RouteVariant.unweighted(route, new VersionId(model, version));
  }

  KeySource keySource(String field, StickyKey key) {
    return switch (key.getSourceCase()) {
      case HEADER -> new KeySource.Header(header(field + ".header", key.getHeader()));
      case PARAMETER ->
          new KeySource.Parameter(name(field + ".parameter", key.getParameter(), LONGEST_TEXT));
      case SEQUENCE_ID -> new KeySource.Parameter(KeySource.SEQUENCE_ID);
      case CLIENT_IDENTITY -> new KeySource.Identity();
      case SOURCE_NOT_SET ->
          throw invalid(
              field,
              "no source that is known here",
              "header, parameter, sequence_id or client_identity");
    };
  }

  /**
   * A layout of buckets, in agreement with the weights.
   *
   * @param named what each owner's name stands for
   * @param weights buckets that each name must own, basis points
   * @param whole whether all buckets must have an owner
   */
  <T> BucketOwners<T> buckets(
      String field,
      List<BucketRange> ranges,
      Map<String, T> named,
      Map<String, Integer> weights,
      boolean whole) {
    var ordered = new ArrayList<>(ranges);
    ordered.sort(Comparator.comparingInt(BucketRange::getFirst));
    var ends = new ArrayList<Integer>();
    var owners = new ArrayList<@Nullable T>();
    var counts = new HashMap<String, Integer>();
    int at = 0;
    for (BucketRange range : ordered) {
      int first = range.getFirst();
      int end = range.getEnd();
      if (first < 0 || end <= first || end > StickyHash.BUCKETS) {
        throw invalid(
            field,
            Integer.toUnsignedString(first) + " to " + Integer.toUnsignedString(end),
            "0 to " + StickyHash.BUCKETS + ", not empty");
      }
      if (first < at) {
        throw invalid(field, "bucket " + first + " twice", "no overlap");
      }
      T owner = named.get(range.getVariant());
      if (owner == null) {
        throw invalid(
            field + " owner", "\"" + range.getVariant() + "\"", "one of " + named.keySet());
      }
      if (first > at) {
        ends.add(first);
        owners.add(null);
      }
      ends.add(end);
      owners.add(owner);
      counts.merge(range.getVariant(), end - first, Integer::sum);
      at = end;
    }
    if (at < StickyHash.BUCKETS) {
      ends.add(StickyHash.BUCKETS);
      owners.add(null);
    }
    if (whole && owners.contains(null)) {
      int covered = counts.values().stream().mapToInt(Integer::intValue).sum();
      throw invalid(field, covered, StickyHash.BUCKETS + ", without a gap");
    }
    weights.forEach((name, weight) -> {
      int count = counts.getOrDefault(name, 0);
      if (count != weight) {
        throw invalid(field + " of " + name, count, "its weight, " + weight);
      }
    });
    @SuppressWarnings("unchecked") // never leaves BucketOwners, which reads it as T
    @Nullable T[] array = (@Nullable T[]) owners.toArray();
    return new BucketOwners<>(ends.stream().mapToInt(Integer::intValue).toArray(), array);
  }
}
