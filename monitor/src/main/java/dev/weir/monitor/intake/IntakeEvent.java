package dev.weir.monitor.intake;

/** What is counted at the door. The word is the label of {@code weir_monitor_intake_events}. */
public enum IntakeEvent {
  /** Outcome slices counted. */
  SLICES("slices"),
  /** Outcome slices seen before and ignored. */
  SLICES_REPEATED("slices_repeated"),
  /** Sequence numbers that were skipped: slices that never came. */
  SLICES_MISSING("slices_missing"),
  /** Outcome slices that could not be used. */
  SLICES_REFUSED("slices_refused"),
  /** Slices that routers say they dropped. */
  SLICES_DROPPED_BY_ROUTERS("slices_dropped_by_routers"),
  /** Router processes forgotten because there were too many. */
  ROUTERS_FORGOTTEN("routers_forgotten"),
  /** Samples taken. */
  SAMPLES("samples"),
  /** Samples of a unit that was seen before in the same slice. */
  SAMPLES_REPEATED("samples_repeated"),
  /** Samples that came after their slice was closed. */
  SAMPLES_LATE("samples_late"),
  /** Samples of a worker's first report, which is not used. */
  SAMPLES_FIRST_REPORT("samples_first_report"),
  /** Samples that found no room in the slices that wait. */
  SAMPLES_OVERFLOW("samples_overflow"),
  /** Samples that could not be used. */
  SAMPLES_REFUSED("samples_refused"),
  /** Samples of copies for a shadow version, which are no predictions of their route. */
  SAMPLES_MIRRORED("samples_mirrored"),
  /** Samples that workers say they dropped. */
  SAMPLES_DROPPED_BY_WORKERS("samples_dropped_by_workers"),
  /** Sticky units that were not counted because there was no room to remember them. */
  STICKY_UNITS_REFUSED("sticky_units_refused"),
  /** Exposures of experiments taken. */
  EXPOSURES("exposures"),
  /** Exposures of an arm for which there was no room, or without names. */
  EXPOSURES_REFUSED("exposures_refused"),
  /** Exposures that routers say they dropped. */
  EXPOSURES_DROPPED_BY_ROUTERS("exposures_dropped_by_routers"),
  /** Pairs of a mirror taken. */
  MIRROR_PAIRS("mirror_pairs"),
  /** Pairs of a mirror that could not be used. */
  MIRROR_PAIRS_REFUSED("mirror_pairs_refused"),
  /** Pairs of a mirror for whose comparison there was no room. */
  MIRROR_PAIRS_OVERFLOW("mirror_pairs_overflow"),
  /** Pairs of a mirror that routers say they dropped. */
  MIRROR_PAIRS_DROPPED_BY_ROUTERS("mirror_pairs_dropped_by_routers"),
  /** Outputs of a pair for which there was no room in its comparison. */
  MIRROR_OUTPUTS_OVERFLOW("mirror_outputs_overflow"),
  /** Comparisons forgotten because no pair came for long. */
  MIRROR_COMPARISONS_FORGOTTEN("mirror_comparisons_forgotten"),
  /** Samples that were not watched for drift because too many waited. */
  WATCH_OVERFLOW("watch_overflow"),
  /** Samples that were not looked at for slices and the labelling queue because too many waited. */
  INSPECTION_OVERFLOW("inspection_overflow"),
  /** Versions no more watched for drift because there were too many. */
  WATCHED_VERSIONS_FORGOTTEN("watched_versions_forgotten"),
  /** Saved detectors that did not fit their version's reference. */
  WATCH_STATES_REFUSED("watch_states_refused"),
  /** Labels taken. */
  LABELS("labels"),
  /** Labels whose prediction was found. */
  LABELS_JOINED("labels_joined"),
  /** Labels of requests that have had one. */
  LABELS_REPEATED("labels_repeated"),
  /** Labels forgotten before their prediction came. */
  LABELS_FORGOTTEN("labels_forgotten"),
  /** Predictions forgotten without a label. */
  PREDICTIONS_FORGOTTEN("predictions_forgotten"),
  /** Spans taken. */
  SPANS("spans"),
  /** Spans that could not be used or found no room in their trace. */
  SPANS_DROPPED("spans_dropped"),
  /** Traces forgotten because there were too many. */
  TRACES_FORGOTTEN("traces_forgotten"),
  /** Metric points taken. */
  METRIC_POINTS("metric_points"),
  /** Metric points of a series for which there was no room. */
  METRIC_POINTS_DROPPED("metric_points_dropped"),
  /** Errors in logs taken. */
  LOGS("logs"),
  /** Log records that are no errors, and are not kept. */
  LOGS_PASSED_OVER("logs_passed_over"),
  /** Log records that could not be used. */
  LOGS_REFUSED("logs_refused"),
  /** Errors in logs forgotten because newer ones came. */
  LOGS_FORGOTTEN("logs_forgotten"),
  /** Business numbers that found their unit's draw, the first for their unit. */
  BUSINESS_UNITS("business_units"),
  /** Business numbers of a unit that has had one for the same metric. */
  BUSINESS_REPEATED("business_repeated"),
  /** Business numbers of a unit for which there was no room to remember it. */
  BUSINESS_OVERFLOW("business_overflow"),
  /** Business numbers forgotten before the sample of their request came. */
  BUSINESS_FORGOTTEN("business_forgotten"),
  /** Business numbers that are not finite, or name another variant than the draw. */
  BUSINESS_REFUSED("business_refused"),
  /** Gauges about a variant, and points that do not say whether they are differences: not used. */
  BUSINESS_NOT_DELTA("business_not_delta"),
  /** First points of cumulative streams that are older than this monitor: no difference yet. */
  BUSINESS_STREAMS_BEGUN("business_streams_begun"),
  /** Cumulative streams forgotten because there were too many. */
  BUSINESS_STREAMS_FORGOTTEN("business_streams_forgotten"),
  /** Calls read from spans of senders that are not of this mesh. */
  FOREIGN_CALLS("foreign_calls"),
  /** Of these, calls that said how their unit was drawn, and came in time to be evidence. */
  FOREIGN_UNITS("foreign_units"),
  /** Spans of foreign calls that came again. */
  FOREIGN_CALLS_REPEATED("foreign_calls_repeated"),
  /** Foreign calls that came after their second was closed. */
  FOREIGN_CALLS_LATE("foreign_calls_late"),
  /** Foreign calls for which there was no room. */
  FOREIGN_CALLS_OVERFLOW("foreign_calls_overflow"),
  /** Foreign calls, told by who called, that the one who was called told of too. */
  FOREIGN_CALLS_COVERED("foreign_calls_covered"),
  /** Foreign calls whose times make no sense. */
  FOREIGN_CALLS_REFUSED("foreign_calls_refused"),
  /** Foreign senders forgotten because there were too many. */
  FOREIGN_SENDERS_FORGOTTEN("foreign_senders_forgotten");

  private final String word;

  IntakeEvent(String word) {
    this.word = word;
  }

  /** The metric's label. */
  public String word() {
    return word;
  }
}
