package dev.weir.router.dataplane;

/**
 * A message as it came, and what is appended to it.
 *
 * @param body the bytes; not to be changed
 * @param suffix further fields, mostly none
 */
record RawMessage(byte[] body, byte[] suffix) {
  private static final byte[] NOTHING = {};

  static RawMessage of(byte[] body) {
    return new RawMessage(body, NOTHING);
  }

  int length() {
    return body.length + suffix.length;
  }
}
