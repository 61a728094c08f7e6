package dev.weir.local.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.RestoreRouteRequest;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir route}: makes a model name callable, and shows what it does with requests. */
@Command(
    name = "route",
    mixinStandardHelpOptions = true,
    description = {
      "Sends requests for a model name to its variants: all to one version (--version-number), or as a file says (--file).",
      "Without either, shows the route: as such a file on standard output, in words on standard error.",
      "To change versions under traffic: weir rollout. To send all of it to the fallback: weir route divert."
    })
public final class RouteCommand implements Callable<Integer> {
  @Mixin private RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--name",
      description = "Model name that clients call (with --file: the file's name when left out).")
  private String name = "";

  @Option(names = "--model", description = "Model whose version answers (default: the name).")
  private @Nullable String model;

  @Option(
      names = "--version-number",
      description = "Version that answers. What else the route does (rules, limits ...) stays.")
  private @Nullable String version;

  @Option(
      names = "--sticky-header",
      description = "Requests with equal values of this metadata stay together in a rollout.")
  private @Nullable String stickyHeader;

  @Option(
      names = "--file",
      description =
          "The whole route, JSON of weir.route.v1.Route; see docs/examples/route-with-policy.json.")
  private @Nullable Path file;

  @Override
  public Integer call() throws Exception {
    if (file != null && version != null) {
      throw new InvalidValueException("--version-number", version, "not together with --file");
    }
    if (version == null && model != null) {
      throw new InvalidValueException("--model", model, "only together with --version-number");
    }
    if (version == null && stickyHeader != null) {
      throw new InvalidValueException(
          "--sticky-header", stickyHeader, "only together with --version-number");
    }
    if (file == null && name.isEmpty()) {
      throw new InvalidValueException("--name", "\"\"", "a route's name, or --file");
    }
    Route fromFile = file == null ? null : fromFile(file);
    try (RegistryClient client = registry.connect()) {
      if (fromFile != null) {
        put(client, fromFile);
      } else if (version != null) {
        put(client, toVersion(client, version));
      } else {
        show(client);
      }
    }
    return 0;
  }

  @Command(
      name = "divert",
      mixinStandardHelpOptions = true,
      description = {
        "Sends all of a route's requests to the first variant of its fallback ladder that does not have them already, until weir route restore.",
        "A rollout with traffic is paused. Requests that name a version, and what the route refuses, are not touched."
      })
  int divert(@Mixin RegistryOptions options, @Mixin Diverting diverting) throws Exception {
    try (RegistryClient client = options.connect()) {
      Route diverted =
          client
              .rollouts()
              .divertRoute(
                  DivertRouteRequest.newBuilder()
                      .setRoute(diverting.route)
                      .setReason(diverting.reason)
                      .build())
              .getRoute();
      System.out.print(RouteWords.diversion(diverted));
    }
    return 0;
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = {
        "Ends weir route divert: the route is as it was.",
        "A rollout stays paused; weir rollout resume goes on with it."
      })
  int restore(@Mixin RegistryOptions options, @Mixin Diverting diverting) throws Exception {
    try (RegistryClient client = options.connect()) {
      Route restored =
          client
              .rollouts()
              .restoreRoute(
                  RestoreRouteRequest.newBuilder()
                      .setRoute(diverting.route)
                      .setReason(diverting.reason)
                      .build())
              .getRoute();
      System.out.print(RouteWords.of(restored));
    }
    return 0;
  }

  /** Which route is diverted or restored, and why. */
  static final class Diverting {
    @Parameters(paramLabel = "ROUTE", description = "Route.")
    private String route = "";

    @Option(names = "--reason", required = true, description = "Why, for the audit log.")
    private String reason = "";
  }

  private Route fromFile(Path path) {
    Route.Builder route = Route.newBuilder();
    JsonFile.read("--file", path, "weir.route.v1.Route", route);
    return name.isEmpty() ? route.build() : route.setName(name).build();
  }

  private Route toVersion(RegistryClient client, String wanted) {
    Variant only =
        Variant.newBuilder()
            .setName("baseline")
            .setModel(model == null ? name : model)
            .setVersion(wanted)
            .setWeightBasisPoints(10_000)
            .build();
    Route.Builder route = Route.newBuilder().setName(name);
    Route before = find(client);
    if (before != null) {
      // variants that other parts name stay, without traffic
      route.mergeFrom(before).clearVariants();
      before.getVariantsList().stream()
          .filter(v -> !v.getName().equals(only.getName()))
          .filter(v -> hasPolicy(before))
          .forEach(v -> route.addVariants(v.toBuilder().setWeightBasisPoints(0).clearArm()));
    }
    if (stickyHeader != null) {
      route.setSticky(StickyKey.newBuilder().setHeader(stickyHeader).setSalt(name));
    }
    return route.addVariants(0, only).build();
  }

  private static boolean hasPolicy(Route route) {
    return route.getMatchesCount() > 0
        || route.getRulesCount() > 0
        || route.getLayersCount() > 0
        || route.hasAccess()
        || route.hasMirror()
        || route.hasFallback()
        || route.hasLimits()
        || route.hasRetry();
  }

  private @Nullable Route find(RegistryClient client) {
    return client.snapshot().getRoutesList().stream()
        .filter(r -> r.getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private void show(RegistryClient client) throws InvalidProtocolBufferException {
    Route route = find(client);
    if (route == null) {
      throw new InvalidValueException("--name", name, "the name of a route that exists");
    }
    Route.Builder shown = RouteWords.restored(route).toBuilder().clearBuckets();
    shown
        .getLayersBuilderList()
        .forEach(layer -> {
          layer.clearSlots();
          layer.getExperimentsBuilderList().forEach(experiment -> experiment.clearBuckets());
        });
    System.err.print(RouteWords.of(route));
    System.out.println(JsonFormat.printer().print(shown));
  }

  private static void put(RegistryClient client, Route route) {
    Route stored =
        client.rollouts().putRoute(PutRouteRequest.newBuilder().setRoute(route).build()).getRoute();
    System.out.printf(
        "route %s generation %d: %s%n",
        stored.getName(),
        stored.getGeneration(),
        stored.getVariantsList().stream()
            .filter(v -> v.getWeightBasisPoints() > 0)
            .map(v ->
                v.getWeightBasisPoints() == 10_000
                    ? "version " + v.getVersion()
                    : "%s version %s %d bp"
                        .formatted(v.getName(), v.getVersion(), v.getWeightBasisPoints()))
            .collect(Collectors.joining(", ")));
  }
}
