package dev.weir.monitor.watch;

/** What can be wrong with a feature, or with requests. The word is the kind of its finding. */
public enum Alarm {
  /** It is distributed otherwise than in the reference. */
  FEATURE_DRIFT("FeatureDrift"),
  /** The predictions are. */
  PREDICTION_DRIFT("PredictionDrift"),
  /** Values are missing or no numbers. */
  MISSING_VALUES("MissingValues"),
  /** Numbers lie outside the reference's range, widened by a tenth. */
  OUT_OF_RANGE("OutOfRange"),
  /** Categories come that the reference does not have. */
  NEW_CATEGORIES("NewCategories"),
  /** All values of a window are the same, and in the reference they are not. */
  CONSTANT_VALUES("ConstantValues"),
  /** Request ids come again. */
  REPEATED_REQUESTS("RepeatedRequests");

  private final String kind;

  Alarm(String kind) {
    this.kind = kind;
  }

  /** Kind of its finding. */
  public String kind() {
    return kind;
  }
}
