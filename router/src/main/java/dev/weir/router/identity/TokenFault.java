package dev.weir.router.identity;

import dev.weir.router.wire.StatusCode;
import java.util.Locale;

/** Why a token proves nothing. The lower-case word is a metric's label. */
enum TokenFault {
  /** Not {@code Bearer}. */
  SCHEME,
  /** Longer than configured. */
  LENGTH,
  /** No signed JWT. */
  FORM,
  /** An algorithm that is not accepted, unsigned tokens included. */
  ALGORITHM,
  /** No key of that id, or none that fits the algorithm. */
  KEY,
  /** Signed by another key, or changed since. */
  SIGNATURE,
  /** Its time is over. */
  EXPIRED,
  /** Its time has not come. */
  NOT_YET_VALID,
  /** Another issuer's. */
  ISSUER,
  /** For another service. */
  AUDIENCE,
  /** Nobody's, or of a name that cannot be used. */
  SUBJECT,
  /** More than one header: which one counts is not for us to say. */
  SEVERAL,
  /** As many new tokens as may be were verified lately; nothing was found of this one. */
  TOO_MANY;

  /** The status that such a request ends with. */
  StatusCode code() {
    return this == TOO_MANY ? StatusCode.RESOURCE_EXHAUSTED : StatusCode.UNAUTHENTICATED;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the client reads. */
  String message(TokenConfig config) {
    return switch (this) {
      case SCHEME -> text("another scheme", "Bearer");
      case LENGTH ->
          text("a token that is too long", "at most " + config.maxTokenBytes() + " bytes");
      case FORM -> text("a token that cannot be read", "a signed JWT");
      case ALGORITHM ->
          text(
              "a token signed in a way that is not accepted",
              String.join(" or ", config.algorithms()));
      case KEY -> text("a token signed with an unknown key", "a key that its issuer publishes");
      case SIGNATURE -> text("a token with a wrong signature", "its issuer's");
      case EXPIRED -> text("a token that has expired", "a new one");
      case NOT_YET_VALID -> text("a token that is not valid yet", "a later time, or a set clock");
      case ISSUER -> text("another issuer's token", "issuer " + config.issuer());
      case AUDIENCE ->
          text("a token for somebody else", "audience " + String.join(" or ", config.audiences()));
      case SUBJECT ->
          text("a token without usable subject", "1 to 2048 characters, none of them control");
      case SEVERAL -> text("several tokens", "one");
      case TOO_MANY -> text("more new tokens than are verified at once", "the same call, later");
    };
  }

  private static String text(String value, String expected) {
    return "authorization: " + value + " (expected: " + expected + ")";
  }
}
