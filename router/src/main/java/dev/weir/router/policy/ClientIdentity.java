package dev.weir.router.policy;

/**
 * Who calls, as far as it was proven.
 *
 * @param name SPIFFE id of the certificate, or subject of the token; not empty
 * @param proof what proved it
 */
public record ClientIdentity(String name, Proof proof) {
  /** What proves an identity. */
  public enum Proof {
    /** A client certificate that the router's trust anchors vouch for. */
    CERTIFICATE,
    /** A signed token. */
    TOKEN
  }
}
