package dev.weir.platform.tls;

import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What TLS had against a connection. */
public final class TlsProblem {
  private TlsProblem() {}

  /**
   * In words, from the deepest cause within TLS, which says most: "No subject alternative names
   * matching IP address 127.0.0.1 found".
   *
   * @return null: TLS was not what failed
   */
  public static @Nullable String of(@Nullable Throwable failure) {
    boolean ofTls = false;
    String words = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      ofTls = ofTls || cause instanceof SSLException;
      words = ofTls && cause.getMessage() != null ? inWords(cause) : words;
    }
    return ofTls && words == null ? "no reason" : words;
  }

  private static @Nullable String inWords(Throwable cause) {
    return switch (cause) {
      case NotSslRecordException _ -> "the peer does not speak TLS"; // its own text is what came
      case CertificateExpiredException e -> "a certificate has expired; " + e.getMessage();
      case CertificateNotYetValidException e -> "a certificate is not valid yet; " + e.getMessage();
      default -> cause.getMessage();
    };
  }

  /** A status in words for operators: its code, and what TLS said, if it did. */
  public static String describe(Status status) {
    String problem = of(status.getCause());
    return problem == null ? status.getCode().name() : status.getCode() + ", TLS: " + problem;
  }
}
