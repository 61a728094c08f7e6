package dev.weir.loadtest.bench;

import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One way from the load to the upstream.
 *
 * @param name name in the results
 * @param process the proxy; null when there is none in between
 */
record Proxy(String name, Target target, @Nullable StartedProcess process)
    implements AutoCloseable {
  private static final int START_TRIES = 300;
  private static final long TRY_MILLIS = 200;
  private static final long TRY_LIMIT_SECONDS = 20;

  /** Whether it is the router, in whatever set-up. */
  boolean isWeir() {
    return name.startsWith(Contenders.WEIR);
  }

  /** Processor time used so far, microseconds; 0 for none. */
  long cpuMicros() {
    return process == null ? 0 : ProcessTree.cpuMicros(process.process().toHandle());
  }

  /** The part of it in which a JVM compiled, microseconds. */
  long compilerMicros() {
    return process == null ? 0 : ProcessTree.compilerMicros(process.process().toHandle());
  }

  /** Memory resident now, bytes; 0 for none. */
  long residentBytes() {
    return process == null ? 0 : ProcessTree.residentBytes(process.process().toHandle());
  }

  /** Most memory that was resident since {@link #forgetPeak}, bytes; 0 for none. */
  long peakResidentBytes() {
    return process == null ? 0 : ProcessTree.peakResidentBytes(process.process().toHandle());
  }

  /** Starts a new peak of memory. */
  void forgetPeak() throws IOException {
    if (process != null) {
      ProcessTree.forgetPeak(process.process().toHandle());
    }
  }

  /** Waits, at most some minutes, until a real gRPC client gets an answer through it. */
  void awaitServing(GoClient client, Path body) throws IOException, InterruptedException {
    String last = "";
    for (int i = 0; i < START_TRIES; i++) {
      GoClient.Report report = client.run(target, body, 1, 1, 1, TRY_LIMIT_SECONDS);
      if (report.ok() == 1) {
        return;
      }
      last = report.errors().toString();
      if (process != null) {
        process.waitAlive(TRY_MILLIS);
      }
    }
    String what = "does not answer " + last;
    throw process == null
        ? new StartFailure(CommandLines.EXIT_FAILED, name + " " + what)
        : process.failure(what);
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
