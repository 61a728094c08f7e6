package dev.weir.router.policy;

/**
 * "Requests with this metadata go to that variant."
 *
 * @param header metadata name, lower case
 * @param value value that must be equal; empty: present is enough
 */
record HeaderRule(String header, String value, RouteVariant variant) {
  boolean matches(RequestFacts request) {
    String actual = request.header(header);
    return actual != null && (value.isEmpty() || value.equals(actual));
  }
}
