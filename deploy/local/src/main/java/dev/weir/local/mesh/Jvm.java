package dev.weir.local.mesh;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How to start another JVM with the same program.
 *
 * @param java the java program
 * @param options options of every JVM
 * @param classPath class path with all services
 */
public record Jvm(String java, List<String> options, String classPath) {
  /**
   * Set by a parent that wants its services to end with it: they do when their standard input
   * closes.
   */
  public static final String END_WITH_PARENT = "WEIR_END_WITH_PARENT";

  public Jvm {
    options = List.copyOf(options);
  }

  /** As this process was started, except for what is meant for it alone. */
  public static Jvm likeThisOne() {
    List<String> options =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(option ->
                Stream.of("-agentlib", "-javaagent", "-Xmx", "-XX:MaxRAM")
                    .noneMatch(option::startsWith))
            .toList();
    return new Jvm(
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
        options,
        System.getProperty("java.class.path"));
  }

  /**
   * The environment of a service. The class path is given here and not on the command line: ONNX
   * Runtime 1.29.0 crashes the process when its command line is longer than 4 KB.
   */
  Map<String, String> environment() {
    return Map.of("CLASSPATH", classPath, END_WITH_PARENT, "1");
  }

  /** The command line of a service. */
  List<String> command(int heapMegabytes, String service, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(java);
    command.addAll(options);
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("dev.weir.local.WeirCommand");
    command.add(service);
    command.addAll(arguments);
    return List.copyOf(command);
  }
}
