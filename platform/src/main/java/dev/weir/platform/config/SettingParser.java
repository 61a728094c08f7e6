package dev.weir.platform.config;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text to the type of a setting, and back. */
final class SettingParser {
  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h)");

  private SettingParser() {}

  static Object parse(String name, Type type, String text) {
    if (type instanceof ParameterizedType parameterized) {
      return parameterized.getRawType() == Map.class ? parseMap(name, text) : parseList(text);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return text;
    }
    if (raw == boolean.class) {
      return parseBoolean(name, text);
    }
    if (raw == Duration.class) {
      return parseDuration(name, text);
    }
    if (raw.isEnum()) {
      return parseEnum(name, raw, text);
    }
    try {
      if (raw == int.class) {
        return Integer.parseInt(text.replace("_", ""));
      }
      if (raw == long.class) {
        return Long.parseLong(text.replace("_", ""));
      }
      if (raw == double.class) {
        return Double.parseDouble(text);
      }
      if (raw == URI.class) {
        return URI.create(text);
      }
      if (raw == Path.class) {
        return Path.of(text);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(
          name,
          text,
          raw == URI.class ? "a URI" : raw == Path.class ? "a path" : "a number that fits " + raw);
    }
    throw new IllegalStateException(
        "setting " + name + " has a type that is not supported: " + type);
  }

  private static boolean parseBoolean(String name, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new InvalidValueException(name, text, "true or false");
    };
  }

  private static Duration parseDuration(String name, String text) {
    Matcher matcher = DURATION.matcher(text.strip());
    if (!matcher.matches()) {
      throw new InvalidValueException(name, text, "a number with ns, us, ms, s, m or h: 250ms");
    }
    try {
      long amount = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ns" -> Duration.ofNanos(amount);
        case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        default -> Duration.ofHours(amount);
      };
    } catch (NumberFormatException | ArithmeticException tooLarge) {
      throw new InvalidValueException(name, text, "a duration below 292 years");
    }
  }

  private static Object parseEnum(String name, Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (showEnum(constant).equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return constant;
      }
    }
    throw new InvalidValueException(
        name,
        text,
        Arrays.stream(type.getEnumConstants())
            .map(SettingParser::showEnum)
            .collect(Collectors.joining(" or ")));
  }

  private static List<String> parseList(String text) {
    var items = new ArrayList<String>();
    for (String item : text.split(",", -1)) {
      if (!item.isBlank()) {
        items.add(item.strip());
      }
    }
    return List.copyOf(items);
  }

  private static Map<String, String> parseMap(String name, String text) {
    var map = new LinkedHashMap<String, String>();
    for (String item : parseList(text)) {
      int equals = item.indexOf('=');
      if (equals < 1) {
        throw new InvalidValueException(name, text, "name=value,name=value");
      }
      map.put(item.substring(0, equals), item.substring(equals + 1));
    }
    return map;
  }

  private static String showEnum(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The text that {@link #parse} turns into an equal value. */
  static String show(Object value) {
    return switch (value) {
      case Duration duration -> Check.show(duration);
      case Enum<?> constant -> showEnum(constant);
      case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining(","));
      default -> String.valueOf(value);
    };
  }
}
