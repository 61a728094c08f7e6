package dev.weir.local;

import dev.weir.loadtest.ArgumentMessage;
import dev.weir.loadtest.LoadtestCommand;
import dev.weir.local.cli.PushCommand;
import dev.weir.local.cli.ReplayCommand;
import dev.weir.local.cli.RolloutCommand;
import dev.weir.local.cli.RouteCommand;
import dev.weir.local.cli.StatusCommand;
import dev.weir.local.demo.DemoCommand;
import dev.weir.local.mesh.Jvm;
import dev.weir.monitor.MonitorMain;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.registry.RegistryMain;
import dev.weir.router.RouterMain;
import dev.weir.worker.WorkerMain;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The launcher's program: one service, or one of the commands. */
@Command(
    name = "weir",
    mixinStandardHelpOptions = true,
    description = "A gRPC mesh for model serving. The launcher's own commands: ./weir --help",
    subcommands = {
      DemoCommand.class,
      PushCommand.class,
      ReplayCommand.class,
      RouteCommand.class,
      RolloutCommand.class,
      StatusCommand.class
    })
public final class WeirCommand {
  private WeirCommand() {}

  /** Ends the process with the command's status. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.getenv()));
  }

  static int run(List<String> arguments, Map<String, String> environment) {
    if (environment.containsKey(Jvm.END_WITH_PARENT)) {
      Thread.ofPlatform().daemon(true).name("parent-watch").start(WeirCommand::endWithParent);
    }
    String first = arguments.isEmpty() ? "--help" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    return switch (first) {
      case "registry", "monitor", "router", "worker", "model-worker" ->
          service(first, rest, environment);
      case "loadtest" -> LoadtestCommand.run(rest);
      default ->
          commandLine()
              .execute(
                  arguments.isEmpty() ? new String[] {first} : arguments.toArray(String[]::new));
    };
  }

  /** Runs a service until the process is told to stop; returns its exit status. */
  static int service(String kind, List<String> arguments, Map<String, String> environment) {
    return switch (kind) {
      case "registry" -> RegistryMain.run(arguments, environment);
      case "monitor" -> MonitorMain.run(arguments, environment);
      case "router" -> RouterMain.run(arguments, environment);
      case "worker", "model-worker" -> WorkerMain.run(arguments, environment);
      default -> throw new IllegalArgumentException("no service " + kind);
    };
  }

  private static CommandLine commandLine() {
    return new CommandLine(new WeirCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, given) -> {
          e.getCommandLine()
              .getErr()
              .println(
                  "weir: "
                      + ArgumentMessage.of(e)
                      + "; see "
                      + e.getCommandLine().getCommandSpec().qualifiedName()
                      + " --help");
          return 64;
        })
        .setExecutionExceptionHandler((e, command, parsed) -> {
          command.getErr().println("weir: " + message(e));
          return switch (e) {
            case InvalidValueException invalid -> 64;
            case StartFailure failure -> failure.exitStatus();
            case StatusRuntimeException refused -> 69;
            case IOException failed -> 73;
            default -> {
              e.printStackTrace(command.getErr());
              yield 70;
            }
          };
        });
  }

  private static String message(Exception e) {
    if (!(e instanceof StatusRuntimeException refused)) {
      return String.valueOf(e.getMessage());
    }
    String description = String.valueOf(refused.getStatus().getDescription());
    return switch (refused.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED ->
          "the registry does not answer ("
              + description
              + "): does it run, and is --registry right?";
      default -> "the registry refuses: " + description;
    };
  }

  private static void endWithParent() {
    var buffer = new byte[64];
    try {
      while (System.in.read(buffer) >= 0) {
        Arrays.fill(buffer, (byte) 0);
      }
    } catch (IOException closed) {
      System.err.println("weir: standard input lost, ending: " + closed.getMessage());
    }
    System.exit(0);
  }
}
