package dev.weir.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the comparison runs on. */
final class Machine {
  private Machine() {}

  /** Processor, kernel, memory, Java. */
  static Map<String, Object> describe() throws IOException {
    var machine = new LinkedHashMap<String, Object>();
    machine.put("processor", field(Path.of("/proc/cpuinfo"), "model name"));
    machine.put(
        "processors",
        Files.readString(Path.of("/proc/cpuinfo")).split("processor\t", -1).length - 1);
    machine.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
    machine.put("kernel", Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    machine.put("java", System.getProperty("java.runtime.version"));
    return machine;
  }

  /** Load averages over 1, 5 and 15 minutes. */
  static String load() throws IOException {
    String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return fields[0] + " " + fields[1] + " " + fields[2];
  }

  private static String field(Path file, String name) throws IOException {
    return Files.readString(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }
}
