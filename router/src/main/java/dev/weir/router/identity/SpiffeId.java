package dev.weir.router.identity;

/** Rules of SPIFFE ids (SPIFFE-ID, section 2): {@code spiffe://trust-domain/path}. */
final class SpiffeId {
  private static final String SCHEME = "spiffe://";
  private static final int MAX_LENGTH = 2_048;
  private static final int MAX_TRUST_DOMAIN_LENGTH = 255;

  private SpiffeId() {}

  /** Whether a URI claims to be one, whatever it looks like otherwise. */
  static boolean isClaimedBy(String uri) {
    return uri.regionMatches(true, 0, "spiffe:", 0, "spiffe:".length());
  }

  /**
   * Whether it is one of a workload: lower-case scheme and trust domain, a path of segments that
   * are neither empty nor dots; no port, user, query, fragment or percent encoding.
   */
  static boolean isValid(String id) {
    if (id.length() > MAX_LENGTH || !id.startsWith(SCHEME)) {
      return false;
    }
    int pathBegin = id.indexOf('/', SCHEME.length());
    return pathBegin > SCHEME.length()
        && pathBegin - SCHEME.length() <= MAX_TRUST_DOMAIN_LENGTH
        && isTrustDomain(id, SCHEME.length(), pathBegin)
        && isPath(id, pathBegin);
  }

  private static boolean isTrustDomain(String id, int begin, int end) {
    for (int i = begin; i < end; i++) {
      char c = id.charAt(i);
      if (!(isLowerLetterOrDigit(c) || c == '.' || c == '-' || c == '_')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPath(String id, int slash) {
    int segmentBegin = slash + 1;
    for (int i = segmentBegin; i <= id.length(); i++) {
      if (i == id.length() || id.charAt(i) == '/') {
        if (isEmptyOrDots(id, segmentBegin, i)) {
          return false;
        }
        segmentBegin = i + 1;
      } else if (!isSegmentCharacter(id.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEmptyOrDots(String id, int begin, int end) {
    return switch (end - begin) {
      case 0 -> true;
      case 1 -> id.charAt(begin) == '.';
      case 2 -> id.charAt(begin) == '.' && id.charAt(begin + 1) == '.';
      default -> false;
    };
  }

  private static boolean isSegmentCharacter(char c) {
    return isLowerLetterOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
  }

  private static boolean isLowerLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
