package dev.weir.platform.tls;

/** Whether a listener asks its clients for certificates. */
public enum ClientCertificates {
  /** It does not ask. */
  NONE,
  /** It asks; a client without one is let in, one with a bad one is not. */
  OPTIONAL,
  /** A client without a good one is not let in. */
  REQUIRED
}
