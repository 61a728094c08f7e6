package dev.weir.platform.lifecycle;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.error.InvalidValueException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Runs one service as a process: configuration, start, waiting, and an orderly end on SIGTERM or
 * SIGINT.
 */
public final class ServiceProcess {
  /** Status of a usage or configuration error (sysexits.h EX_USAGE). */
  public static final int EXIT_USAGE = 64;

  private ServiceProcess() {}

  /**
   * Builds and starts a service's objects in order of dependency, leaving what has to be closed in
   * {@code resources}.
   */
  @FunctionalInterface
  public interface Starter<T> {
    /** Returns a line for the operator: where it listens. */
    String start(T configuration, Resources resources) throws Exception;
  }

  /**
   * Runs until told to stop.
   *
   * @return exit status; the caller ends the process with it
   */
  public static <T extends Record> int run(
      String service,
      T defaults,
      List<String> arguments,
      Map<String, String> environment,
      Starter<T> starter) {
    System.setProperty("weir.service", service);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    T configuration;
    try {
      switch (new ConfigurationLoader<>(service, defaults).load(arguments, environment)) {
        case ConfigurationLoader.Outcome.Print<T>(var text) -> {
          System.out.print(text);
          return 0;
        }
        case ConfigurationLoader.Outcome.Run<T>(var value, var printed) -> configuration = value;
      }
    } catch (InvalidValueException e) {
      System.err.println("weir " + service + ": " + e.getMessage());
      return EXIT_USAGE;
    }
    Logger log = LoggerFactory.getLogger(ServiceProcess.class);
    var resources = new Resources();
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    try {
      String listening = starter.start(configuration, resources);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("stop")
                  .unstarted(() -> {
                    stop.countDown();
                    awaitUninterruptibly(stopped);
                  }));
      log.atInfo().addKeyValue("service", service).log("ready {}", listening);
      awaitUninterruptibly(stop);
      log.atInfo().addKeyValue("service", service).log("stopping");
      return 0;
    } catch (StartFailure e) {
      System.err.println("weir " + service + ": " + e.getMessage());
      return e.exitStatus();
    } catch (InvalidValueException e) {
      System.err.println("weir " + service + ": " + e.getMessage());
      return EXIT_USAGE;
    } catch (Exception e) {
      log.error("start failed", e);
      System.err.println("weir " + service + ": start failed: " + e + "; details in the log");
      return 70;
    } finally {
      resources.close();
      log.atInfo().addKeyValue("service", service).log("stopped");
      stopped.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
