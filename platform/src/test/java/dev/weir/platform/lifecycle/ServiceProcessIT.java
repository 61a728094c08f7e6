package dev.weir.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service as a process of its own. */
@Timeout(120)
final class ServiceProcessIT {
  record Config(@Setting("What fails, or nothing.") String fails) {}

  /** The smallest service. */
  static final class Service {
    private Service() {}

    public static void main(String[] arguments) {
      System.exit(
          ServiceProcess.run(
              "sample", new Config("nothing"), List.of(arguments), Map.of(), Service::start));
    }

    private static String start(Config config, Resources resources) throws Exception {
      resources.add("store", () -> System.out.println("store closed"));
      resources.onDrain("work", () -> System.out.println("work drained"));
      return switch (config.fails()) {
        case "port" ->
            throw StartFailure.portTaken(
                "sample", "127.0.0.1:1", new java.net.BindException("Address already in use"));
        case "bug" -> throw new IllegalStateException("a bug");
        default -> "on nothing at all";
      };
    }
  }

  private static List<String> rest(ChildJvm child) throws Exception {
    var lines = new ArrayList<String>();
    for (String line = child.readLine(); line != null; line = child.readLine()) {
      lines.add(line);
    }
    return lines;
  }

  @Test
  void on_sigterm_it_drains_then_closes_then_ends() throws Exception {
    try (var child = ChildJvm.start(Service.class)) {
      assertThat(child.readLine())
          .contains(" level=INFO service=sample ")
          .contains("msg=\"ready on nothing at all\"");
      child.terminate();
      List<String> lines = rest(child);
      assertThat(lines)
          .filteredOn(line -> !line.startsWith("time="))
          .containsExactly("work drained", "store closed");
      assertThat(lines.getFirst()).contains("msg=stopping");
      assertThat(lines.getLast()).contains("msg=stopped");
      assertThat(child.exitStatus()).as("SIGTERM").isEqualTo(128 + 15);
    }
  }

  @Test
  void a_start_that_its_operator_can_mend_is_one_line() throws Exception {
    try (var child = ChildJvm.start(Service.class, "--fails=port")) {
      assertThat(rest(child))
          .filteredOn(line -> !line.startsWith("time="))
          .containsExactly(
              "weir sample: sample: 127.0.0.1:1 cannot be bound (Address already in use); stop what"
                  + " listens there, or give another port (0: any free one)",
              "work drained",
              "store closed");
      assertThat(child.exitStatus()).isEqualTo(69);
    }
  }

  @Test
  void a_wrong_setting_is_one_line_and_status_64() throws Exception {
    try (var child = ChildJvm.start(Service.class, "--fials=x")) {
      assertThat(rest(child))
          .containsExactly(
              "weir sample: fials: unknown setting (expected: a known setting; nearest: fails),"
                  + " from flag --fials");
      assertThat(child.exitStatus()).isEqualTo(ServiceProcess.EXIT_USAGE);
    }
  }

  @Test
  void a_bug_is_status_70_with_its_trace_in_the_log() throws Exception {
    try (var child = ChildJvm.start(Service.class, "--fails=bug")) {
      assertThat(rest(child))
          .anyMatch(line -> line.contains("level=ERROR") && line.contains("start failed"))
          .anyMatch(line -> line.contains("at dev.weir.platform"))
          .contains(
              "weir sample: start failed: java.lang.IllegalStateException: a bug; details in the"
                  + " log");
      assertThat(child.exitStatus()).isEqualTo(70);
    }
  }

  @Test
  void what_is_asked_to_be_printed_is_all_that_is_printed() throws Exception {
    try (var child = ChildJvm.start(Service.class, "--print-config")) {
      assertThat(rest(child))
          .containsExactly(
              "# sample: every setting, its value and where it came from",
              "fails: nothing  # default");
      assertThat(child.exitStatus()).isZero();
    }
  }
}
