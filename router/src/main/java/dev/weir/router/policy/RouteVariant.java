package dev.weir.router.policy;

import dev.weir.proto.route.v1.Arm;
import dev.weir.router.wire.OverrideFields;

/**
 * One way a route can answer, with all that depends on it alone worked out beforehand. Compared by
 * identity.
 */
public final class RouteVariant {
  private final String name;
  private final VersionId served;
  private final int weightBasisPoints;
  private final Arm arm;
  private final Cohort plain;
  private final Cohort drawn;
  private final Cohort sticky;
  private final byte[] requestFields;
  private final byte[] answerFields;
  private final String servedText;

  RouteVariant(
      String name,
      VersionId served,
      int weightBasisPoints,
      Arm arm,
      Cohort plain,
      Cohort drawn,
      Cohort sticky) {
    this.name = name;
    this.served = served;
    this.weightBasisPoints = weightBasisPoints;
    this.arm = arm;
    this.plain = plain;
    this.drawn = drawn;
    this.sticky = sticky;
    this.requestFields = OverrideFields.request(served.model(), served.version());
    this.answerFields =
        served.model().equals(plain.route()) ? new byte[0] : OverrideFields.response(plain.route());
    this.servedText = served.toString();
  }

  /** A version that answers without being a variant of the route. */
  static RouteVariant unweighted(String route, VersionId served) {
    var plain = new Cohort(route, "", served, Arm.ARM_UNSPECIFIED, 0, "", 0, false);
    return new RouteVariant("", served, 0, Arm.ARM_UNSPECIFIED, plain, plain, plain);
  }

  /** Name, unique in the route; empty for a pinned version that is no variant. */
  public String name() {
    return name;
  }

  /** Version that answers. */
  public VersionId served() {
    return served;
  }

  /** {@code model/version} that answers. */
  public String servedText() {
    return servedText;
  }

  /**
   * What is appended to a request so that a worker answers it with this version; not to be changed.
   */
  public byte[] requestFields() {
    return requestFields;
  }

  /**
   * What is appended to an answer so that it bears the route's name; empty when it does already;
   * not to be changed.
   */
  public byte[] answerFields() {
    return answerFields;
  }

  /** Share of the route's traffic, basis points, 0 to 10,000. */
  public int weightBasisPoints() {
    return weightBasisPoints;
  }

  /** Side of the comparison. */
  public Arm arm() {
    return arm;
  }

  /** Its requests that are no units. */
  public Cohort plain() {
    return plain;
  }

  /** Its requests that were drawn independently. */
  Cohort drawn() {
    return drawn;
  }

  /** Its requests that were drawn by their key. */
  Cohort sticky() {
    return sticky;
  }
}
