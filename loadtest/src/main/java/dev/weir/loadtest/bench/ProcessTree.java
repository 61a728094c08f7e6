package dev.weir.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a process and its descendants have used, from {@code /proc}. */
final class ProcessTree {
  /** Clock ticks per second of {@code /proc/PID/stat}: fixed by Linux for programs. */
  private static final long TICK_MICROS = 10_000;

  private static final int UTIME_AFTER_NAME = 11;
  private static final int STIME_AFTER_NAME = 12;

  private ProcessTree() {}

  /** Processor time in user and kernel mode so far, microseconds; exact to 10 ms per process. */
  static long cpuMicros(ProcessHandle root) {
    long ticks = 0;
    for (ProcessHandle process : all(root)) {
      ticks += ticks(read(process, "stat"));
    }
    return ticks * TICK_MICROS;
  }

  /**
   * Processor time so far of the threads in which a JVM compiles, microseconds; 0 for a program
   * that is none. Part of {@link #cpuMicros}; a compiler thread that has ended no longer counts.
   */
  static long compilerMicros(ProcessHandle process) {
    Path tasks = Path.of("/proc", String.valueOf(process.pid()), "task");
    long ticks = 0;
    try (Stream<Path> threads = Files.list(tasks)) {
      for (Path thread : threads.toList()) {
        if (read(thread.resolve("comm")).contains("CompilerThre")) {
          ticks += ticks(read(thread.resolve("stat")));
        }
      }
    } catch (IOException ended) {
      return 0;
    }
    return ticks * TICK_MICROS;
  }

  /** Memory resident now, bytes; pages shared between processes count in each. */
  static long residentBytes(ProcessHandle root) {
    return bytes(root, "VmRSS:");
  }

  /**
   * Most memory that was resident since {@link #forgetPeak}, bytes; the sum of what each process
   * had at its own peak.
   */
  static long peakResidentBytes(ProcessHandle root) {
    return bytes(root, "VmHWM:");
  }

  /** Lets the kernel measure a new peak from now on. */
  static void forgetPeak(ProcessHandle root) throws IOException {
    for (ProcessHandle process : all(root)) {
      Path peak = Path.of("/proc", String.valueOf(process.pid()), "clear_refs");
      if (Files.exists(peak)) {
        Files.writeString(peak, "5");
      }
    }
  }

  private static long bytes(ProcessHandle root, String field) {
    long kilobytes = 0;
    for (ProcessHandle process : all(root)) {
      kilobytes +=
          read(process, "status")
              .lines()
              .filter(line -> line.startsWith(field))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
    }
    return kilobytes * 1024;
  }

  /** utime + stime of a line of {@code /proc/PID/stat}; its second field may hold blanks and ). */
  static long ticks(String stat) {
    if (stat.isEmpty()) {
      return 0;
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[UTIME_AFTER_NAME]) + Long.parseLong(fields[STIME_AFTER_NAME]);
  }

  private static List<ProcessHandle> all(ProcessHandle root) {
    return Stream.concat(Stream.of(root), root.descendants()).toList();
  }

  private static String read(ProcessHandle process, String file) {
    return read(Path.of("/proc", String.valueOf(process.pid()), file));
  }

  /** Empty for a process or thread that ended meanwhile. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }
}
