package dev.weir.router.policy;

/**
 * One way of an experiment.
 *
 * @param layer layer of the experiment
 * @param experiment its name
 * @param name the arm's name, unique in the experiment
 * @param variant variant that answers
 * @param weightBasisPoints share of the experiment's units
 */
public record ExperimentArm(
    String layer, String experiment, String name, RouteVariant variant, int weightBasisPoints) {}
