package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.DivertRouteResponse;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.PutRouteResponse;
import dev.weir.proto.registry.v1.RestoreRouteRequest;
import dev.weir.proto.registry.v1.RestoreRouteResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir route} against a registry that remembers what is put. */
final class RouteCommandTest {
  private static final Path EXAMPLE = Path.of("../../docs/examples/route-with-policy.json");

  private record Seen(int status, String output, String errors) {}

  @TempDir private Path folder;
  private final List<Route> routes = new ArrayList<>();
  private final GrpcServer registry =
      GrpcServer.start(
          "fake registry",
          GrpcListenConfig.onLoopback(0),
          GrpcServer.Services.of(List.of(), new Snapshots(), new Rollouts()));

  @AfterEach
  void stop() {
    registry.close();
  }

  private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      responses.onNext(
          WatchResponse.newBuilder()
              .setSnapshot(Snapshot.newBuilder().addAllRoutes(routes))
              .build());
    }
  }

  private final class Rollouts extends RolloutServiceGrpc.RolloutServiceImplBase {
    @Override
    public void putRoute(PutRouteRequest request, StreamObserver<PutRouteResponse> responses) {
      Route wanted = request.getRoute();
      if (wanted.getVariantsCount() == 0) {
        responses.onError(
            Status.INVALID_ARGUMENT
                .withDescription("route.variants: 0 (expected: 1 to 16)")
                .asRuntimeException());
        return;
      }
      Route stored =
          wanted.toBuilder()
              .setGeneration(routes.size() + 1L)
              .addBuckets(BucketRange.newBuilder().setVariant("small"))
              .build();
      routes.removeIf(route -> route.getName().equals(wanted.getName()));
      routes.add(stored);
      responses.onNext(PutRouteResponse.newBuilder().setRoute(stored).build());
      responses.onCompleted();
    }

    @Override
    public void divertRoute(
        DivertRouteRequest request, StreamObserver<DivertRouteResponse> responses) {
      Route.Builder route = routes.getFirst().toBuilder();
      route.getDiversionBuilder().setVariant("large").setBy("ada").setReason(request.getReason());
      routes.set(0, route.build());
      responses.onNext(DivertRouteResponse.newBuilder().setRoute(route).build());
      responses.onCompleted();
    }

    @Override
    public void restoreRoute(
        RestoreRouteRequest request, StreamObserver<RestoreRouteResponse> responses) {
      routes.set(0, routes.getFirst().toBuilder().clearDiversion().build());
      responses.onNext(RestoreRouteResponse.newBuilder().setRoute(routes.getFirst()).build());
      responses.onCompleted();
    }
  }

  private Seen run(String... arguments) {
    var all = new ArrayList<>(List.of("route"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--registry", "127.0.0.1:" + registry.port()));
    PrintStream output = System.out;
    PrintStream errors = System.err;
    var printed = new ByteArrayOutputStream();
    var complained = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
    try {
      int status = WeirCommand.run(all, Map.of());
      return new Seen(
          status,
          printed.toString(StandardCharsets.UTF_8),
          complained.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(output);
      System.setErr(errors);
    }
  }

  private static void assertRefused(Seen seen, int status, String... words) {
    assertThat(seen.errors()).contains(words).doesNotContain("\tat ", "Exception");
    assertThat(seen.errors().strip().lines()).hasSize(1);
    assertThat(seen.status()).isEqualTo(status);
    assertThat(seen.output()).isEmpty();
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("route.json"), content);
  }

  @Test
  void a_file_is_put_and_shown_again_as_a_file_and_in_words() throws IOException {
    Seen put = run("--file", EXAMPLE.toString());
    assertThat(put.errors()).isEmpty();
    assertThat(put.output()).isEqualTo("route fraud generation 1: version 3%n".formatted());

    Seen shown = run("--name", "fraud");
    assertThat(shown.status()).isZero();
    assertThat(shown.errors())
        .contains("route fraud, generation 1:", "mirror: 5 %", "gate: ", "ladder 3: ")
        .doesNotContain("{");
    Route.Builder again = Route.newBuilder();
    JsonFormat.parser().merge(shown.output(), again);
    Route.Builder example = Route.newBuilder();
    JsonFormat.parser().merge(Files.readString(EXAMPLE), example);
    assertThat(again.clearGeneration().build()).isEqualTo(example.build());
  }

  @Test
  void a_name_takes_the_place_of_the_files() {
    assertThat(run("--file", EXAMPLE.toString(), "--name", "other").output())
        .startsWith("route other generation 1");
    assertThat(routes).extracting(Route::getName).containsExactly("other");
  }

  @Test
  void a_version_takes_all_requests_and_the_rest_of_the_route_stays() {
    run("--file", EXAMPLE.toString());
    assertThat(run("--name", "fraud", "--version-number", "6").output())
        .isEqualTo("route fraud generation 2: version 6%n".formatted());
    Route route = routes.getFirst();
    assertThat(route.hasMirror()).isTrue();
    assertThat(route.getVariantsList())
        .extracting(Variant::getName, Variant::getVersion, Variant::getWeightBasisPoints)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("baseline", "6", 10_000),
            org.assertj.core.groups.Tuple.tuple("small", "3", 0),
            org.assertj.core.groups.Tuple.tuple("large", "4", 0));
  }

  @Test
  void a_file_that_cannot_be_read_is_named() throws IOException {
    assertRefused(
        run("--file", folder.resolve("gone.json").toString()),
        64,
        "--file: ",
        "gone.json (expected: a file that can be read)");
    assertRefused(run("--file", folder.toString()), 64, "(expected: a file that can be read)");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertRefused(run("--file", binary.toString()), 64, "binary", "no UTF-8 text");
    assertThat(routes).isEmpty();
  }

  @Test
  void what_is_wrong_in_a_file_is_said_in_one_line() throws IOException {
    assertRefused(run("--file", file("").toString()), 64, "weir.route.v1.Route in JSON");
    assertRefused(run("--file", file("{\"name\": ").toString()), 64, "line 1");
    assertRefused(run("--file", file("[1, 2]").toString()), 64, "weir.route.v1.Route in JSON");
    assertRefused(run("--file", file("{\"variantz\": []}").toString()), 64, "variantz");
    assertRefused(
        run("--file", file("{\"name\": \"r\", \"timeout\": \"soon\"}").toString()), 64, "soon");
    assertRefused(
        run("--file", file("{\"mirror\": {\"shareBasisPoints\": \"many\"}}").toString()),
        64,
        "many");
    assertThat(routes).isEmpty();
  }

  @Test
  void what_the_registry_refuses_is_passed_on() throws IOException {
    assertRefused(
        run("--file", file("{\"name\": \"r\"}").toString()),
        69,
        "the registry refuses: route.variants: 0 (expected: 1 to 16)");
  }

  @Test
  void options_that_do_not_go_together_are_refused() {
    assertRefused(
        run("--file", EXAMPLE.toString(), "--version-number", "6"),
        64,
        "--version-number: 6 (expected: not together with --file)");
    assertRefused(run("--name", "r", "--model", "m"), 64, "--model: m", "--version-number");
    assertRefused(
        run("--file", EXAMPLE.toString(), "--sticky-header", "user"),
        64,
        "--sticky-header: user",
        "--version-number");
    assertRefused(run(), 64, "--name: \"\"", "--file");
    assertThat(routes).isEmpty();
  }

  @Test
  void a_route_that_is_not_there_is_said() {
    assertRefused(
        run("--name", "nobody"), 64, "--name: nobody (expected: the name of a route that exists)");
  }

  @Test
  void a_route_is_diverted_and_restored_and_says_so() {
    run("--file", EXAMPLE.toString());
    assertThat(run("divert", "fraud", "--reason", "nonsense").output())
        .isEqualTo(
            "route fraud is diverted: all requests go to large (fraud/4) since 1970-01-01T00:00:00Z, by ada: nonsense%n"
                .formatted());
    assertThat(run("--name", "fraud").errors()).contains("route fraud is diverted: ");
    assertThat(run("restore", "fraud", "--reason", "mended").output())
        .startsWith("route fraud, generation 1: ")
        .doesNotContain("diverted");
    assertRefused(run("divert", "fraud"), 64, "--reason: not given", "weir route divert --help");
  }
}
