package dev.weir.monitor.stats;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Properties;

/** Bytes of states as released versions wrote them: a resource of hexadecimal properties. */
public final class GoldenBytes {
  private final Properties golden = new Properties();

  /**
   * Reads them.
   *
   * @param test beside which the resource is
   */
  public GoldenBytes(Class<?> test, String resource) {
    try (InputStream in = test.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      golden.load(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those of one subject. */
  public byte[] of(String subject) {
    return HexFormat.of().parseHex(golden.getProperty(subject));
  }
}
