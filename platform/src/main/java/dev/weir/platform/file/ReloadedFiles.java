package dev.weir.platform.file;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Scheduler;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from files, and made anew when their content changes. Content is compared, not
 * times, so that links which are switched over count too. What cannot be used changes nothing: the
 * value in force stays; the refusal is logged and counted once per content, and not before it was
 * seen twice, because several files are seldom replaced in one instant. It is tried again at each
 * look, so that a certificate that becomes valid later comes into force by itself.
 *
 * <p>Thread-safe; {@link #current} is one volatile read.
 */
public final class ReloadedFiles<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);
  private static final AttributeKey<String> WHAT = AttributeKey.stringKey("what");

  private final String what;
  private final List<NamedFile> files;
  private final Reader<T> reader;
  private final LongAdder reloads = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final List<ObservableLongCounter> metrics = new CopyOnWriteArrayList<>();
  private final Scheduler.Cancellable looks;
  private volatile T current;

  // written by the one run of look() at a time, which the scheduler keeps apart
  private String inForce;
  private String refused = "";
  private boolean refusalSaid;

  /** Makes the value from the files' contents, in the order of the files. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Called from one thread at a time.
     *
     * @throws InvalidValueException when they cannot be used
     */
    T read(List<byte[]> contents);
  }

  /**
   * Reads the files now, and looks at them again and again.
   *
   * @param what word for logs and metrics: "grpc.tls"
   * @param interval time between two looks
   * @throws InvalidValueException when the files cannot be used
   */
  public ReloadedFiles(
      String what,
      List<NamedFile> files,
      Reader<T> reader,
      Duration interval,
      Scheduler scheduler) {
    this.what = what;
    this.files = List.copyOf(files);
    this.reader = reader;
    List<byte[]> contents = contents();
    this.current = reader.read(contents);
    this.inForce = digest(contents);
    this.looks = scheduler.every(interval, this::look);
  }

  /** Shows what is counted here: {@code weir_files_reloads}, {@code weir_files_refusals}. */
  public void registerWith(Meter meter) {
    Attributes attributes = Attributes.of(WHAT, what);
    metrics.add(
        meter
            .counterBuilder("weir_files_reloads")
            .setDescription("Times that changed files (certificates, keys) came into force.")
            .buildWithCallback(counter -> counter.record(reloads.sum(), attributes)));
    metrics.add(
        meter
            .counterBuilder("weir_files_refusals")
            .setDescription("Times that changed files could not be used, and the old ones stayed.")
            .buildWithCallback(counter -> counter.record(refusals.sum(), attributes)));
  }

  /** The value in force. */
  public T current() {
    return current;
  }

  private void look() {
    String seen = "";
    try {
      List<byte[]> contents = contents();
      seen = digest(contents);
      if (seen.equals(inForce)) {
        refused = "";
        return;
      }
      current = reader.read(contents);
      inForce = seen;
      refused = "";
      reloads.increment();
      LOG.atInfo().addKeyValue("what", what).log("changed files are in force");
    } catch (InvalidValueException e) {
      refuse(seen.isEmpty() ? String.valueOf(e.getMessage()) : seen, e);
    }
  }

  private void refuse(String seen, InvalidValueException reason) {
    if (!seen.equals(refused)) {
      refused = seen;
      refusalSaid = false;
    } else if (!refusalSaid) {
      refusalSaid = true;
      refusals.increment();
      LOG.atWarn()
          .addKeyValue("what", what)
          .addKeyValue("reason", reason.getMessage())
          .log("changed files cannot be used, the old ones stay in force");
    }
  }

  private List<byte[]> contents() {
    var contents = new ArrayList<byte[]>(files.size());
    for (NamedFile file : files) {
      contents.add(file.read());
    }
    return contents;
  }

  private static String digest(List<byte[]> contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] content : contents) {
        digest.update((content.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Looks no more. The value stays. Idempotent. */
  @Override
  public void close() {
    looks.cancel();
    metrics.forEach(ObservableLongCounter::close);
  }
}
