package dev.weir.loadtest;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Says what is wrong with a command line in the form of the house. */
public final class ArgumentMessage {
  private ArgumentMessage() {}

  /** {@code name: value (expected: rule), from the command line}. */
  public static String of(CommandLine.ParameterException e) {
    return switch (e) {
      case CommandLine.MissingParameterException missing ->
          form(
              missing.getMissing().stream()
                  .map(ArgumentMessage::name)
                  .collect(Collectors.joining(", ")),
              "not given",
              "a value");
      case CommandLine.UnmatchedArgumentException unmatched ->
          form("argument", unmatched.getUnmatched().getFirst(), "an option" + nearest(unmatched));
      default -> {
        ArgSpec argument = e.getArgSpec();
        yield argument == null || e.getValue() == null
            ? String.valueOf(e.getMessage())
            : form(name(argument), e.getValue(), rule(argument));
      }
    };
  }

  private static String form(String name, String value, String rule) {
    return name + ": " + value + " (expected: " + rule + "), from the command line";
  }

  private static String nearest(CommandLine.UnmatchedArgumentException unmatched) {
    List<String> suggestions = unmatched.getSuggestions();
    return suggestions.isEmpty() ? "" : "; nearest: " + String.join(", ", suggestions);
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String rule(ArgSpec argument) {
    Class<?> type = argument.type();
    if (type.isEnum()) {
      return List.of(type.getEnumConstants()).stream()
          .map(word -> word.toString().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(" or "));
    }
    if (argument.typeInfo().isMap()) {
      return "NAME=VALUE";
    }
    return type == double.class || type == Double.class ? "a number" : "a whole number";
  }
}
