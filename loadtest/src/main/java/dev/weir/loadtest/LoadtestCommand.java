package dev.weir.loadtest;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.loadtest.input.RandomRequests;
import dev.weir.loadtest.input.RowRequests;
import dev.weir.loadtest.input.RowTable;
import dev.weir.loadtest.load.ArrivalSchedule;
import dev.weir.loadtest.load.InferenceClient;
import dev.weir.loadtest.load.OpenLoopGenerator;
import dev.weir.loadtest.load.RequestSource;
import dev.weir.loadtest.report.LoadReport;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir loadtest}: open-loop load on any KServe v2 server. */
@Command(
    name = "loadtest",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends requests at a fixed rate, whatever the server does, and measures each from the time it was due.",
      "Inputs: rows of a CSV file, or random values that fit the model's metadata."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every limit given by --max-... was kept",
      "1:a limit was not kept",
      "64:the arguments cannot be used",
      "69:the server or the model does not answer"
    })
public final class LoadtestCommand implements Callable<Integer> {
  @Option(
      names = "--target",
      defaultValue = "127.0.0.1:8001",
      description = "Server, host:port (default ${DEFAULT-VALUE}).")
  private String target = "";

  @Option(names = "--model", required = true, description = "Model to call.")
  private String model = "";

  @Option(
      names = "--rate",
      defaultValue = "100",
      description = "Requests per second, 0.001 to 1000000 (default ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--duration",
      defaultValue = "10",
      description = "Length, seconds, 1 to 86400 (default ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--arrivals",
      defaultValue = "POISSON",
      description =
          "${COMPLETION-CANDIDATES}: independent users, or equal gaps (default ${DEFAULT-VALUE}).")
  private ArrivalSchedule.Kind arrivals = ArrivalSchedule.Kind.POISSON;

  @Option(
      names = "--connections",
      defaultValue = "4",
      description = "Connections, 1 to 1000 (default ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--max-in-flight",
      defaultValue = "1000",
      description =
          "Requests in flight at most; those due beyond it fail unsent (default ${DEFAULT-VALUE}).")
  private int maxInFlight;

  @Option(
      names = "--deadline-millis",
      defaultValue = "5000",
      description = "Deadline of each request, milliseconds (default ${DEFAULT-VALUE}).")
  private int deadlineMillis;

  @Option(
      names = "--rows",
      description = "CSV file (or .csv.gz) with a header; each row becomes one FP32 tensor [1, n].")
  private @Nullable Path rows;

  @Option(
      names = "--columns",
      split = ",",
      description = "Columns of --rows that go into the tensor, in order (default: all).")
  private @Nullable List<String> columns;

  @Option(
      names = "--input",
      defaultValue = "features",
      description = "Name of that tensor (default ${DEFAULT-VALUE}).")
  private String input = "";

  @Option(names = "--header", description = "Request metadata NAME=VALUE; may be repeated.")
  private Map<String, String> headers = Map.of();

  @Option(
      names = "--seed",
      description = "Seed of arrivals and random inputs (default: a fresh one, printed).")
  private @Nullable Long seed;

  @Option(names = "--json", description = "Writes the report there as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--max-error-rate",
      description = "Ends with status 1 when more than this share (0 to 1) fails.")
  private @Nullable Double maxErrorRate;

  @Option(
      names = "--max-p99-millis",
      description = "Ends with status 1 when the 99th percentile is longer.")
  private @Nullable Double maxP99Millis;

  private final Clock clock;

  /** On the machine's clock. */
  public LoadtestCommand() {
    this.clock = Clock.system();
  }

  /** Runs the command line. */
  public static int run(List<String> arguments) {
    return new CommandLine(new LoadtestCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, parsed) -> {
          command.getErr().println("weir loadtest: " + e.getMessage());
          return e instanceof InvalidValueException ? 64 : 69;
        })
        .setParameterExceptionHandler((e, parsed) -> {
          e.getCommandLine().getErr().println("weir loadtest: " + e.getMessage() + "; see --help");
          return 64;
        })
        .execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    HostAndPort address = HostAndPort.parse("--target", target);
    long usedSeed = seed == null ? Randomness.freshSeed() : seed;
    var schedule = new ArrivalSchedule(rate, arrivals, usedSeed);
    RequestSource source = source(address, usedSeed);
    var metadata = new Metadata();
    headers.forEach((name, value) ->
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    var statistics = new LoadStatistics();
    System.out.printf("seed       %d%n", usedSeed);
    LoadReport report;
    try (var client =
            new InferenceClient(
                address, connections, metadata, Duration.ofMillis(deadlineMillis), List.of());
        var generator =
            new OpenLoopGenerator(client, source, schedule, maxInFlight, clock, statistics::add)) {
      long start = clock.nanoTime();
      generator.start(Duration.ofSeconds(seconds));
      int missing = generator.await(Duration.ofMillis(deadlineMillis + 1_000L));
      report = statistics.report((clock.nanoTime() - start) / 1e9);
      System.out.print(report.text());
      if (missing > 0) {
        System.out.printf("unanswered %d%n", missing);
      }
    }
    if (json != null) {
      Files.write(
          json,
          JsonMapper.builder()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsBytes(report.json()));
    }
    boolean tooManyErrors = maxErrorRate != null && report.errorRate() > maxErrorRate;
    boolean tooSlow = maxP99Millis != null && report.millisAt(99) > maxP99Millis;
    return tooManyErrors || tooSlow ? 1 : 0;
  }

  private RequestSource source(HostAndPort address, long usedSeed)
      throws IOException, InterruptedException {
    String idPrefix = Long.toHexString(usedSeed) + "-";
    if (rows != null) {
      RowTable table = RowTable.read(rows);
      List<String> used = columns == null ? table.columns() : columns;
      return new RowRequests(table, table.positions(used), model, input, idPrefix);
    }
    try (GrpcChannel channel = GrpcChannel.to(address, List.of())) {
      ModelMetadataResponse metadata =
          GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
              .withWaitForReady()
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .modelMetadata(ModelMetadataRequest.newBuilder().setName(model).build());
      return new RandomRequests(metadata, usedSeed, idPrefix);
    } catch (StatusRuntimeException e) {
      throw new IOException(
          "model "
              + model
              + " at "
              + address
              + ": "
              + e.getStatus().getCode()
              + " "
              + e.getStatus().getDescription(),
          e);
    }
  }
}
