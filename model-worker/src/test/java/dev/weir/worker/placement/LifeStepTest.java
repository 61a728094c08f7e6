package dev.weir.worker.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.worker.placement.LifeStep.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LifeStepTest {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| ([A-Z]\\w+[+-]?) \\| ([A-Z]\\w+) \\| ([A-Z]\\w+[+-]?) \\| ([A-Z_,]*) ?\\|");

  private static final List<LifeEvent> EVENTS =
      List.of(
          new LifeEvent.Wanted(),
          new LifeEvent.Unwanted(),
          new LifeEvent.Fetched(),
          new LifeEvent.FetchFailed("away"),
          new LifeEvent.FetchRefused("no"),
          new LifeEvent.Loaded(),
          new LifeEvent.LoadRefused("bad"),
          new LifeEvent.LoadInterrupted("engine away"),
          new LifeEvent.RetryDue(),
          new LifeEvent.Drained(),
          new LifeEvent.Unloaded(),
          new LifeEvent.EngineLost("gone"),
          new LifeEvent.EngineBack());

  /** All states, attempts as far as they matter. */
  private static final List<Life> STATES =
      List.of(
          new Life.Fetching(true, 1),
          new Life.Fetching(false, 1),
          new Life.FetchWaiting(1, "away"),
          new Life.Loading(true),
          new Life.Loading(false),
          new Life.EngineWaiting("gone"),
          new Life.Available(),
          new Life.Quiescing(),
          new Life.Unloading(true),
          new Life.Unloading(false),
          new Life.LoadFailed("bad"),
          new Life.Gone());

  /** The table of the worker's page: "state event next actions". */
  private static List<String> documented() throws IOException {
    return Files.readAllLines(Path.of("../docs/model-worker.md")).stream()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(
            row -> String.join(" ", row.group(1), row.group(2), row.group(3), row.group(4)).strip())
        .toList();
  }

  private static String name(Life life) {
    String name = life.getClass().getSimpleName();
    return switch (life) {
      case Life.Fetching(boolean wanted, int _) -> name + (wanted ? "+" : "-");
      case Life.Loading(boolean wanted) -> name + (wanted ? "+" : "-");
      case Life.Unloading(boolean wanted) -> name + (wanted ? "+" : "-");
      default -> name;
    };
  }

  private static String show(Life from, LifeEvent event, LifeStep step) {
    var actions = step.actions().stream().map(Enum::name).toList();
    return (name(from)
            + " "
            + event.getClass().getSimpleName()
            + " "
            + name(step.next())
            + " "
            + String.join(",", actions))
        .strip();
  }

  @Test
  void every_step_that_changes_something_is_in_the_documented_table_and_no_other()
      throws IOException {
    var found = new ArrayList<String>();
    for (Life life : STATES) {
      for (LifeEvent event : EVENTS) {
        LifeStep step = LifeStep.after(life, event);
        if (!name(step.next()).equals(name(life)) || !step.actions().isEmpty()) {
          found.add(show(life, event, step));
        }
      }
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(documented());
  }

  static Stream<Life> states() {
    return STATES.stream();
  }

  @ParameterizedTest
  @MethodSource("states")
  void from_every_state_unwanted_leads_to_gone_whatever_ends_first(Life start) {
    for (LifeEvent end : EVENTS) {
      if (end instanceof LifeEvent.Wanted) {
        continue;
      }
      Life life = LifeStep.after(start, new LifeEvent.Unwanted()).next();
      life = LifeStep.after(life, end).next();
      for (LifeEvent event :
          List.of(
              new LifeEvent.Fetched(),
              new LifeEvent.Loaded(),
              new LifeEvent.Drained(),
              new LifeEvent.Unloaded())) {
        life = LifeStep.after(life, event).next();
      }
      assertThat(life).as("from %s by %s", start, end).isEqualTo(new Life.Gone());
    }
  }

  /** A job that runs, or a timer that is set, as the actions say. */
  private record World(Life life, boolean job, boolean timer, boolean held, boolean open) {}

  @Test
  void no_reachable_state_has_two_jobs_or_none_that_will_end_it() {
    var seen = new HashSet<World>();
    var queue = new ArrayDeque<World>();
    queue.add(apply(new World(new Life.Gone(), false, false, false, false), LifeStep.first()));
    while (!queue.isEmpty()) {
      World world = queue.remove();
      if (!seen.add(world)) {
        continue;
      }
      check(world);
      for (LifeEvent event : possible(world)) {
        World next = ended(world, event);
        World after = apply(next, LifeStep.after(world.life(), event));
        if (!(after.life() instanceof Life.Gone)) {
          queue.add(after);
        } else {
          assertThat(after).isEqualTo(new World(new Life.Gone(), false, false, false, false));
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(8);
  }

  private static Set<LifeEvent> possible(World world) {
    var events =
        new HashSet<LifeEvent>(
            List.of(
                new LifeEvent.Wanted(),
                new LifeEvent.Unwanted(),
                new LifeEvent.EngineLost("gone"),
                new LifeEvent.EngineBack()));
    if (world.timer()) {
      events.add(new LifeEvent.RetryDue());
    }
    switch (world.life()) {
      case Life.Fetching _ -> {
        events.add(new LifeEvent.Fetched());
        events.add(new LifeEvent.FetchFailed("away"));
        events.add(new LifeEvent.FetchRefused("no"));
      }
      case Life.Loading _ -> {
        events.add(new LifeEvent.Loaded());
        events.add(new LifeEvent.LoadRefused("bad"));
        events.add(new LifeEvent.LoadInterrupted("away"));
      }
      case Life.Quiescing _ -> events.add(new LifeEvent.Drained());
      case Life.Unloading _ -> events.add(new LifeEvent.Unloaded());
      case Life.FetchWaiting _,
          Life.EngineWaiting _,
          Life.Available _,
          Life.LoadFailed _,
          Life.Gone _ -> {}
    }
    return events;
  }

  /** What an event says about jobs, timers and the engine before the step is taken. */
  private static World ended(World world, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Loaded() -> new World(world.life(), false, world.timer(), true, false);
      case LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.Unloaded() ->
          new World(world.life(), false, world.timer(), world.held(), world.open());
      case LifeEvent.RetryDue() ->
          new World(world.life(), world.job(), false, world.held(), world.open());
      case LifeEvent.Wanted(),
          LifeEvent.Unwanted(),
          LifeEvent.Drained(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          world;
    };
  }

  private static World apply(World world, LifeStep step) {
    boolean job = world.job();
    boolean timer = world.timer();
    boolean held = world.held();
    boolean open = world.open();
    // a retry is numbered; the number does not matter here
    Life life =
        step.next() instanceof Life.Fetching f ? new Life.Fetching(f.wanted(), 1) : step.next();
    for (Action action : step.actions()) {
      switch (action) {
        case FETCH, LOAD -> {
          assertThat(job).as("second job: %s", step).isFalse();
          job = true;
        }
        case UNLOAD -> {
          assertThat(job).as("second job: %s", step).isFalse();
          assertThat(held).as("nothing to unload: %s", step).isTrue();
          job = true;
          held = false;
          open = false;
        }
        case SCHEDULE_RETRY -> timer = true;
        case CANCEL_RETRY -> timer = false;
        case PUBLISH, REOPEN -> open = true;
        case QUIESCE -> open = false;
        case WITHDRAW -> {
          held = false;
          open = false;
        }
        case CANCEL_FETCH -> assertThat(job).isTrue();
        case FORGET -> assertThat(job || timer).as("still busy: %s", step).isFalse();
      }
    }
    return new World(
        life instanceof Life.FetchWaiting ? new Life.FetchWaiting(1, "away") : life,
        job,
        timer,
        held,
        open);
  }

  private static void check(World world) {
    boolean working =
        world.life() instanceof Life.Fetching
            || world.life() instanceof Life.Loading
            || world.life() instanceof Life.Unloading;
    boolean waiting =
        world.life() instanceof Life.FetchWaiting
            || world.life() instanceof Life.EngineWaiting
            || world.life() instanceof Life.LoadFailed;
    assertThat(world.job()).as("job in %s", world).isEqualTo(working);
    assertThat(world.timer()).as("timer in %s", world).isEqualTo(waiting);
    assertThat(world.open())
        .as("open in %s", world)
        .isEqualTo(world.life() instanceof Life.Available);
    assertThat(world.held())
        .as("held in %s", world)
        .isEqualTo(
            world.life() instanceof Life.Available || world.life() instanceof Life.Quiescing);
  }
}
