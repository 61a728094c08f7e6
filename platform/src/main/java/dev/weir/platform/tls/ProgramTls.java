package dev.weir.platform.tls;

import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import org.jspecify.annotations.Nullable;

/** TLS of the channels of a program that is no service: it has neither metrics nor timers. */
public final class ProgramTls implements AutoCloseable {
  private final Resources opened = new Resources();
  private final @Nullable ReloadingTls tls;

  /**
   * Reads the files.
   *
   * @throws dev.weir.platform.error.InvalidValueException when they cannot be used
   */
  public ProgramTls(ClientTlsConfig config) {
    tls =
        config.enabled()
            ? ServiceTls.ofChannels(
                config, Clock.system(), opened.add("timers", Scheduler.system("tls")), opened)
            : null;
  }

  /** For channels; null: plain text. */
  public @Nullable ReloadingTls tls() {
    return tls;
  }

  @Override
  public void close() {
    opened.close();
  }
}
