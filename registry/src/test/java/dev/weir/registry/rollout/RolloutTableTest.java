package dev.weir.registry.rollout;

import static dev.weir.registry.rollout.Rollouts.START;
import static dev.weir.registry.rollout.Rollouts.inStep;
import static dev.weir.registry.rollout.Rollouts.started;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of transitions in the docs is what the code does. */
final class RolloutTableTest {
  private static final Path DOC = Path.of("..", "docs", "registry.md");
  private static final String BEGIN = "<!-- transitions: begin -->";
  private static final String END = "<!-- transitions: end -->";
  private static final Instant STEP_LONG_ENOUGH = START.plus(Rollouts.MIN_DURATION);

  @Test
  void the_documented_table_is_the_code() throws IOException {
    String doc = Files.readString(DOC);
    String documented = doc.substring(doc.indexOf(BEGIN) + BEGIN.length(), doc.indexOf(END));
    assertThat(documented.strip()).isEqualTo(table().strip());
  }

  private static String table() {
    Map<String, Rollout> states = new LinkedHashMap<>();
    states.put("PREPARING", started(500, 10_000));
    states.put("PROGRESSING", inStep(0, 500, 10_000));
    states.put("PROGRESSING, last step", inStep(1, 500, 10_000));
    states.put("PAUSED", inStep(0, 500, 10_000).toBuilder().setState(RolloutState.PAUSED).build());
    states.put(
        "over", inStep(0, 500, 10_000).toBuilder().setState(RolloutState.ROLLED_BACK).build());
    var table = new StringBuilder("| what happens |");
    states.keySet().forEach(state -> table.append(' ').append(state).append(" |"));
    table.append("\n| --- |").append(" --- |".repeat(states.size())).append('\n');
    for (Situation situation : Situation.values()) {
      table.append("| ").append(situation.text).append(" |");
      states
          .values()
          .forEach(rollout -> table.append(' ').append(outcome(rollout, situation)).append(" |"));
      table.append('\n');
    }
    return table.toString();
  }

  private static String outcome(Rollout rollout, Situation situation) {
    return switch (RolloutMachine.decide(rollout, situation.event(rollout), STEP_LONG_ENOUGH)) {
      case Decision.Wait w -> "stays";
      case Decision.Refused r -> "refused";
      case Decision.Change(var record) -> {
        Rollout after = RolloutMachine.apply(rollout, record);
        yield after.getState() == RolloutState.PROGRESSING
            ? "PROGRESSING step " + (after.getStep() + 1)
            : after.getState().name();
      }
    };
  }
}
