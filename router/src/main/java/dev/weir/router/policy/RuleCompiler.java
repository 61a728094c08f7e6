package dev.weir.router.policy;

import dev.weir.platform.regex.BoundedRegex;
import dev.weir.proto.route.v1.Condition;
import dev.weir.proto.route.v1.Deny;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.wire.StatusCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compiles a route's rules; header matches, the older and smaller form, come first. */
final class RuleCompiler {
  private static final int MOST_RULES = 64;
  private static final int MOST_CONDITIONS = 8;
  private static final int MOST_NAME = 64;
  private static final int HIGHEST_CODE = 16;

  private final CompileScope scope;
  private final TreatmentCompiler treatments;

  RuleCompiler(CompileScope scope, TreatmentCompiler treatments) {
    this.scope = scope;
    this.treatments = treatments;
  }

  List<RouteRule> compile(Route route) {
    scope.count("matches", route.getMatchesCount(), MOST_RULES);
    scope.count("rules", route.getRulesCount(), MOST_RULES);
    var rules = new ArrayList<RouteRule>();
    for (HeaderMatch match : route.getMatchesList()) {
      rules.add(compile(match));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < route.getRulesCount(); i++) {
      rules.add(compile("rules[" + i + "]", i + 1, route.getRules(i), names));
    }
    return rules;
  }

  private RouteRule compile(HeaderMatch match) {
    var source = new KeySource.Header(scope.header("matches.header", match.getHeader()));
    ValueTest test =
        match.getValue().isEmpty()
            ? new ValueTest.Present()
            : new ValueTest.Exact(match.getValue());
    return new RouteRule(
        match.getHeader(),
        List.of(new RouteRule.Condition(source, test, false)),
        new RouteRule.Action.Assign(scope.variant("matches.variant", match.getVariant())));
  }

  private RouteRule compile(String at, int place, Match match, Set<String> names) {
    String name =
        match.getName().isEmpty()
            ? "match-" + place
            : scope.name(at + ".name", match.getName(), MOST_NAME);
    if (!names.add(name)) {
      throw scope.invalid(at + ".name", "\"" + name + "\"", "a name that is used once");
    }
    scope.count(at + ".conditions", match.getConditionsCount(), MOST_CONDITIONS);
    var conditions = new ArrayList<RouteRule.Condition>();
    for (int i = 0; i < match.getConditionsCount(); i++) {
      conditions.add(condition(at + ".conditions[" + i + "]", match.getConditions(i)));
    }
    return new RouteRule(name, conditions, action(at, name, match));
  }

  private RouteRule.Condition condition(String at, Condition condition) {
    KeySource source =
        switch (condition.getSourceCase()) {
          case HEADER -> new KeySource.Header(scope.header(at + ".header", condition.getHeader()));
          case PARAMETER ->
              new KeySource.Parameter(text(at + ".parameter", condition.getParameter()));
          case CLIENT_IDENTITY -> new KeySource.Identity();
          case SOURCE_NOT_SET ->
              throw scope.invalid(
                  at, "no source that is known here", "header, parameter or client_identity");
        };
    ValueTest test =
        switch (condition.getTestCase()) {
          case PRESENT -> new ValueTest.Present();
          case EXACT -> new ValueTest.Exact(text(at + ".exact", condition.getExact()));
          case PREFIX -> new ValueTest.Prefix(text(at + ".prefix", condition.getPrefix()));
          case REGEX ->
              new ValueTest.Regex(
                  BoundedRegex.compile(scope.name(at + ".regex"), condition.getRegex()));
          case TEST_NOT_SET ->
              throw scope.invalid(
                  at, "no test that is known here", "present, exact, prefix or regex");
        };
    return new RouteRule.Condition(source, test, condition.getNegate());
  }

  private String text(String field, String value) {
    return scope.name(field, value, CompileScope.LONGEST_TEXT);
  }

  private RouteRule.Action action(String at, String name, Match match) {
    return switch (match.getActionCase()) {
      case VARIANT ->
          new RouteRule.Action.Assign(scope.variant(at + ".variant", match.getVariant()));
      case DENY -> new RouteRule.Action.Deny(refusal(at + ".deny", name, match.getDeny()));
      case OVERRIDE -> override(at + ".override", match.getOverride());
      case ACTION_NOT_SET ->
          throw scope.invalid(at, "no action that is known here", "variant, deny or override");
    };
  }

  private Decision.Refused refusal(String at, String name, Deny deny) {
    int code = scope.range(at + ".code", deny.getCode(), 0, HIGHEST_CODE);
    if (deny.getMessage().length() > CompileScope.LONGEST_TEXT) {
      throw scope.invalid(
          at + ".message",
          deny.getMessage(),
          "at most " + CompileScope.LONGEST_TEXT + " characters");
    }
    String message =
        deny.getMessage().isEmpty()
            ? "Request for model '" + scope.route() + "': refused by rule " + name
            : deny.getMessage();
    return new Decision.Refused(
        code == 0 ? StatusCode.PERMISSION_DENIED : StatusCode.ofNumber(code), message);
  }

  private RouteRule.Action override(String at, Override override) {
    boolean named = !override.getModel().isEmpty() || !override.getVersion().isEmpty();
    RouteVariant version =
        named ? scope.unweighted(at, override.getModel(), override.getVersion()) : null;
    return new RouteRule.Action.Override(version, treatments.overridden(at, override));
  }
}
