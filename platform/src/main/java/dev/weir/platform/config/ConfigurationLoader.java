package dev.weir.platform.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Binds a service's configuration to its record. A later source wins over an earlier one: the
 * record's defaults, the YAML file named by {@code --config} (or {@code WEIR_<SERVICE>_CONFIG}),
 * environment variables {@code WEIR_<SERVICE>_<KEY>}, flags {@code --key=value}. Keys are the
 * record's components in kebab case, nested ones joined by dots (in the environment: by
 * underscores). Unknown keys are errors that suggest the nearest names; so are values out of range,
 * named with their source.
 */
public final class ConfigurationLoader<T extends Record> {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final String service;
  private final T defaults;
  private final Map<String, SettingTree.Leaf> leaves;

  /**
   * @param service service word as in the environment variables: {@code model-worker} reads {@code
   *     WEIR_MODEL_WORKER_...}
   * @param defaults the record with all defaults
   */
  public ConfigurationLoader(String service, T defaults) {
    this.service = service;
    this.defaults = defaults;
    this.leaves = SettingTree.leaves(defaults);
  }

  /** What was asked for on the command line. */
  public sealed interface Outcome<T> {
    /** Run with this configuration. */
    record Run<T>(T configuration, String printed) implements Outcome<T> {}

    /** Print this text and end with status 0. */
    record Print<T>(String text) implements Outcome<T> {}
  }

  private record Given(String text, String source) {}

  /**
   * Reads all sources.
   *
   * @throws InvalidValueException for anything that cannot be used, with name, value, rule and
   *     source
   */
  public Outcome<T> load(List<String> arguments, Map<String, String> environment) {
    var flags = new LinkedHashMap<String, String>();
    boolean print = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("--help") || argument.equals("-h")) {
        return new Outcome.Print<>(help());
      }
      if (argument.equals("--print-config")) {
        print = true;
        continue;
      }
      if (!argument.startsWith("--")) {
        throw new InvalidValueException("argument", argument, "--key=value; see --help");
      }
      int equals = argument.indexOf('=');
      if (equals > 0) {
        flags.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        flags.put(argument.substring(2), arguments.get(++i));
      } else {
        throw new InvalidValueException(argument, "", "a value: " + argument + "=...");
      }
    }
    var given = new LinkedHashMap<String, Given>();
    String prefix = "WEIR_" + service.toUpperCase(Locale.ROOT).replace('-', '_') + "_";
    String file = flags.remove("config");
    if (file == null) {
      file = environment.get(prefix + "CONFIG");
    }
    if (file != null) {
      readFile(Path.of(file), given);
    }
    readEnvironment(prefix, environment, given);
    flags.forEach((key, value) -> put(given, key, value, "flag --" + key));
    T bound = bind(defaults, "", given);
    String printed = print(bound, given);
    return print ? new Outcome.Print<>(printed) : new Outcome.Run<>(bound, printed);
  }

  private void readFile(Path file, Map<String, Given> given) {
    JsonNode root;
    try {
      root = YAML.readTree(Files.readString(file));
    } catch (JacksonException e) {
      throw new InvalidValueException("config", file, "a YAML file; " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new InvalidValueException("config", file, "a file that can be read; " + e.getMessage());
    }
    if (root == null || root.isNull() || root.isMissingNode()) {
      return;
    }
    if (!root.isObject()) {
      throw new InvalidValueException("config", file, "a YAML mapping of keys to values");
    }
    flatten("", root, file, given);
  }

  private void flatten(String prefix, JsonNode node, Path file, Map<String, Given> given) {
    node.properties()
        .forEach(entry -> {
          String key = prefix + entry.getKey();
          JsonNode value = entry.getValue();
          SettingTree.Leaf leaf = leaves.get(key);
          boolean isMapSetting = leaf != null && leaf.component().getType() == Map.class;
          if (value.isObject() && !isMapSetting) {
            flatten(key + ".", value, file, given);
          } else {
            put(given, key, asText(value), file + ":" + key);
          }
        });
  }

  private static String asText(JsonNode value) {
    if (value.isArray()) {
      var items = new ArrayList<String>();
      value.forEach(item -> items.add(item.asText()));
      return String.join(",", items);
    }
    if (value.isObject()) {
      return value.properties().stream()
          .map(e -> e.getKey() + "=" + e.getValue().asText())
          .collect(Collectors.joining(","));
    }
    return value.isNull() ? "" : value.asText();
  }

  private void readEnvironment(
      String prefix, Map<String, String> environment, Map<String, Given> given) {
    var byName = new TreeMap<String, String>();
    leaves.keySet().forEach(key -> byName.put(environmentName(prefix, key), key));
    environment.forEach((name, value) -> {
      if (!name.startsWith(prefix) || name.equals(prefix + "CONFIG")) {
        return;
      }
      String key = byName.get(name);
      if (key == null) {
        throw unknown(name, byName.keySet(), "environment variable " + name);
      }
      put(given, key, value, "environment variable " + name);
    });
  }

  private static String environmentName(String prefix, String key) {
    return prefix + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private void put(Map<String, Given> given, String key, String value, String source) {
    if (!leaves.containsKey(key)) {
      throw unknown(key, leaves.keySet(), source);
    }
    given.put(key, new Given(value, source));
  }

  private static InvalidValueException unknown(
      String key, Iterable<String> candidates, String source) {
    List<String> nearest = SettingTree.nearest(key, candidates);
    String rule =
        nearest.isEmpty()
            ? "a known setting; --help lists them"
            : "a known setting; nearest: " + String.join(", ", nearest);
    return new InvalidValueException(key, "unknown setting", rule).from(key, source);
  }

  @SuppressWarnings("unchecked")
  private <R extends Record> R bind(R base, String prefix, Map<String, Given> given) {
    RecordComponent[] components = base.getClass().getRecordComponents();
    var types = new Class<?>[components.length];
    var values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      types[i] = component.getType();
      String key = prefix + SettingTree.kebab(component.getName());
      Object value = SettingTree.read(component, base);
      if (value instanceof Record nested) {
        values[i] = bind(nested, key + ".", given);
      } else {
        Given text = given.get(key);
        values[i] = text == null ? value : parse(key, component, text);
      }
    }
    try {
      var constructor = base.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return (R) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidValueException invalid) {
        throw withSource(invalid, prefix, given);
      }
      throw new IllegalStateException(
          "configuration " + base.getClass() + " refused", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("configuration " + base.getClass() + " cannot be made", e);
    }
  }

  private static Object parse(String key, RecordComponent component, Given text) {
    try {
      return SettingParser.parse(key, component.getGenericType(), text.text());
    } catch (InvalidValueException e) {
      throw e.from(key, text.source());
    }
  }

  private static InvalidValueException withSource(
      InvalidValueException invalid, String prefix, Map<String, Given> given) {
    String key = prefix + SettingTree.kebab(invalid.name());
    Given source = given.get(key);
    return invalid.from(key, source == null ? "the defaults" : source.source());
  }

  private String print(T bound, Map<String, Given> given) {
    var text =
        new StringBuilder("# " + service + ": every setting, its value and where it came from\n");
    SettingTree.leaves(bound)
        .forEach((key, leaf) -> {
          Given source = given.get(key);
          text.append(key)
              .append(": ")
              .append(quoted(SettingParser.show(leaf.defaultValue())))
              .append("  # ")
              .append(source == null ? "default" : source.source())
              .append('\n');
        });
    return text.toString();
  }

  private static String quoted(String value) {
    boolean plain = value.matches("[A-Za-z0-9_./][A-Za-z0-9_./:=-]*");
    return plain ? value : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** All settings with meaning and default. */
  public String help() {
    var text = new StringBuilder();
    text.append("usage: weir ")
        .append(service)
        .append(" [--config FILE] [--print-config] [--KEY=VALUE ...]\n\n")
        .append("A later source wins: defaults, the file, environment variables, flags.\n")
        .append("Environment: WEIR_")
        .append(service.toUpperCase(Locale.ROOT).replace('-', '_'))
        .append("_<KEY>, dots and dashes as underscores.\n\nSettings:\n");
    leaves.forEach((key, leaf) ->
        text.append("  --")
            .append(key)
            .append('=')
            .append(quoted(SettingParser.show(leaf.defaultValue())))
            .append("\n      ")
            .append(leaf.documentation())
            .append('\n'));
    return text.toString();
  }
}
