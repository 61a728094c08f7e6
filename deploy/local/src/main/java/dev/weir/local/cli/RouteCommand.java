package dev.weir.local.cli;

import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir route}: makes a model name callable. */
@Command(
    name = "route",
    mixinStandardHelpOptions = true,
    description =
        "Sends all requests for a model name to one version. To change versions under traffic: weir rollout.")
public final class RouteCommand implements Callable<Integer> {
  @Mixin private RegistryOptions registry = new RegistryOptions();

  @Option(names = "--name", required = true, description = "Model name that clients call.")
  private String name = "";

  @Option(names = "--model", description = "Model whose version answers (default: the name).")
  private @Nullable String model;

  @Option(names = "--version-number", required = true, description = "Version that answers.")
  private String version = "";

  @Option(
      names = "--sticky-header",
      description = "Requests with equal values of this metadata stay together in a rollout.")
  private @Nullable String stickyHeader;

  @Override
  public Integer call() throws Exception {
    var route =
        Route.newBuilder()
            .setName(name)
            .addVariants(
                Variant.newBuilder()
                    .setName("baseline")
                    .setModel(model == null ? name : model)
                    .setVersion(version)
                    .setWeightBasisPoints(10_000));
    if (stickyHeader != null) {
      route.setSticky(StickyKey.newBuilder().setHeader(stickyHeader).setSalt(name));
    }
    try (RegistryClient client = registry.connect()) {
      Route stored =
          client
              .rollouts()
              .putRoute(PutRouteRequest.newBuilder().setRoute(route).build())
              .getRoute();
      System.out.printf(
          "route %s generation %d: version %s%n",
          stored.getName(), stored.getGeneration(), version);
    }
    return 0;
  }
}
