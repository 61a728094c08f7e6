package dev.weir.registry.route;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.regex.BoundedRegex;
import dev.weir.proto.route.v1.Condition;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Priority;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.VersionId;
import java.util.HashSet;
import java.util.Set;

/** What a route's rules must look like. */
final class RuleChecks {
  private static final int MAX_RULES = 64;
  private static final int MAX_CONDITIONS = 8;
  private static final int MAX_TEXT = 256;
  private static final int MAX_CODE = 16;
  private static final long MAX_TIMEOUT_MILLIS = 600_000;

  private RuleChecks() {}

  static void check(Route route, Set<String> variants) {
    Check.inRange("route.rules count", route.getRulesCount(), 0, MAX_RULES);
    var names = new HashSet<String>();
    for (int i = 0; i < route.getRulesCount(); i++) {
      String at = "route.rules[" + i + "]";
      Match rule = route.getRules(i);
      String name =
          rule.getName().isEmpty() ? "match-" + (i + 1) : Names.inner(at + ".name", rule.getName());
      if (!names.add(name)) {
        throw new InvalidValueException(at + ".name", name, "a name used once");
      }
      Check.inRange(at + ".conditions count", rule.getConditionsCount(), 0, MAX_CONDITIONS);
      for (int c = 0; c < rule.getConditionsCount(); c++) {
        condition(at + ".conditions[" + c + "]", rule.getConditions(c));
      }
      action(at, rule, variants);
    }
  }

  private static void condition(String at, Condition condition) {
    switch (condition.getSourceCase()) {
      case HEADER -> Fields.header(at + ".header", condition.getHeader());
      case PARAMETER -> text(at + ".parameter", condition.getParameter());
      case CLIENT_IDENTITY -> isTrue(at + ".client_identity", condition.getClientIdentity());
      case SOURCE_NOT_SET ->
          throw new InvalidValueException(at, "no source", "header, parameter or client_identity");
    }
    switch (condition.getTestCase()) {
      case PRESENT -> isTrue(at + ".present", condition.getPresent());
      case EXACT -> text(at + ".exact", condition.getExact());
      case PREFIX -> text(at + ".prefix", condition.getPrefix());
      case REGEX -> BoundedRegex.compile(at + ".regex", condition.getRegex());
      case TEST_NOT_SET ->
          throw new InvalidValueException(at, "no test", "present, exact, prefix or regex");
    }
  }

  private static void isTrue(String field, boolean value) {
    if (!value) {
      throw new InvalidValueException(field, false, "true; negate says the opposite");
    }
  }

  private static void text(String field, String value) {
    Check.notBlank(field, Names.text(field, value, MAX_TEXT));
  }

  private static void action(String at, Match rule, Set<String> variants) {
    switch (rule.getActionCase()) {
      case VARIANT -> Fields.variant(at + ".variant", rule.getVariant(), variants);
      case DENY -> {
        Fields.unsigned(at + ".deny.code", rule.getDeny().getCode(), 0, MAX_CODE);
        Names.text(at + ".deny.message", rule.getDeny().getMessage(), MAX_TEXT);
      }
      case OVERRIDE -> override(at + ".override", rule.getOverride());
      case ACTION_NOT_SET ->
          throw new InvalidValueException(at, "no action", "variant, deny or override");
    }
  }

  private static void override(String at, Override override) {
    if (Routes.namesVersion(override)) {
      VersionId.parse(at + ".model", override.getModel(), at + ".version", override.getVersion());
    }
    if (override.hasTimeout()) {
      Fields.millis(at + ".timeout", override.getTimeout(), 1, MAX_TIMEOUT_MILLIS);
    }
    Fields.unsigned(at + ".max_attempts", override.getMaxAttempts(), 0, 3);
    if (override.getPriority() == Priority.UNRECOGNIZED) {
      throw new InvalidValueException(
          at + ".priority", override.getPriorityValue(), "a known priority");
    }
  }
}
