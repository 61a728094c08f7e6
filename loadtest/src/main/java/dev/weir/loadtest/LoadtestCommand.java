package dev.weir.loadtest;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.loadtest.input.RandomRequests;
import dev.weir.loadtest.input.RowRequests;
import dev.weir.loadtest.input.RowTable;
import dev.weir.loadtest.load.ArrivalSchedule;
import dev.weir.loadtest.load.InferenceClient;
import dev.weir.loadtest.load.ModelLookup;
import dev.weir.loadtest.load.OpenLoopGenerator;
import dev.weir.loadtest.load.RequestSource;
import dev.weir.loadtest.report.LoadReport;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelMetadataResponse;
import io.grpc.Metadata;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "69:the server or the model does not answer",
      "73:the report cannot be written"
    })
public final class LoadtestCommand implements Callable<Integer> {
  private static final int EXIT_LIMIT_NOT_KEPT = 1;
  private static final int EXIT_USAGE = 64;
  private static final int EXIT_SOFTWARE = 70;
  private static final int EXIT_CANNOT_CREATE = 73;

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
          "Requests in flight at most, from 1; those due beyond it fail unsent (default ${DEFAULT-VALUE}).")
  private int maxInFlight;

  @Option(
      names = "--deadline-millis",
      defaultValue = "5000",
      description =
          "Deadline of each request, milliseconds, 1 to 3600000 (default ${DEFAULT-VALUE}).")
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

  @Mixin private TlsOptions tls = new TlsOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Clock clock = Clock.system();

  /** Runs the command line. */
  public static int run(List<String> arguments) {
    return run(arguments, new PrintWriter(System.out, true), new PrintWriter(System.err, true));
  }

  static int run(List<String> arguments, PrintWriter out, PrintWriter err) {
    return new CommandLine(new LoadtestCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((e, command, parsed) -> exitStatus(e, err))
        .setParameterExceptionHandler((e, parsed) -> {
          err.println("weir loadtest: " + ArgumentMessage.of(e) + "; see --help");
          return EXIT_USAGE;
        })
        .execute(arguments.toArray(String[]::new));
  }

  private static int exitStatus(Exception e, PrintWriter err) {
    return switch (e) {
      case InvalidValueException invalid -> {
        err.println("weir loadtest: " + invalid.getMessage());
        yield EXIT_USAGE;
      }
      case StartFailure failure -> {
        err.println("weir loadtest: " + failure.getMessage());
        yield failure.exitStatus();
      }
      default -> {
        err.println("weir loadtest: failed in a way that was not foreseen: " + e);
        yield EXIT_SOFTWARE;
      }
    };
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    HostAndPort address = HostAndPort.parse("--target", target);
    Check.inRange("--duration", seconds, 1, 86_400);
    Check.inRange("--connections", connections, 1, 1_000);
    Check.inRange("--max-in-flight", maxInFlight, 1, 1_000_000);
    Check.inRange("--deadline-millis", deadlineMillis, 1, 3_600_000);
    if (maxErrorRate != null) {
      Check.inRange("--max-error-rate", maxErrorRate, 0.0, 1.0);
    }
    if (maxP99Millis != null) {
      Check.inRange("--max-p99-millis", maxP99Millis, 0.0, 1e9);
    }
    Metadata metadata = metadata();
    long usedSeed = seed == null ? Randomness.freshSeed() : seed;
    var schedule = new ArrivalSchedule(rate, arrivals, usedSeed);
    RequestSource source = source(address, usedSeed);
    if (json != null) {
      checkWritable(json);
    }
    spec.commandLine().getOut().printf("seed       %d%n", usedSeed);
    LoadReport report = load(address, metadata, source, schedule);
    spec.commandLine().getOut().print(report.text());
    spec.commandLine().getOut().flush();
    if (json != null) {
      write(json, report);
    }
    boolean tooManyErrors = maxErrorRate != null && report.errorRate() > maxErrorRate;
    boolean tooSlow = maxP99Millis != null && report.millisAt(99) > maxP99Millis;
    return tooManyErrors || tooSlow ? EXIT_LIMIT_NOT_KEPT : 0;
  }

  private LoadReport load(
      HostAndPort address, Metadata metadata, RequestSource source, ArrivalSchedule schedule)
      throws InterruptedException {
    var statistics = new LoadStatistics();
    try (var client =
            new InferenceClient(
                address,
                tls.config(),
                connections,
                metadata,
                Duration.ofMillis(deadlineMillis),
                List.of());
        var generator =
            new OpenLoopGenerator(client, source, schedule, maxInFlight, clock, statistics::add)) {
      long start = clock.nanoTime();
      generator.start(Duration.ofSeconds(seconds));
      statistics.unanswered(generator.await(Duration.ofMillis(deadlineMillis + 1_000L)));
      return statistics.report((clock.nanoTime() - start) / 1e9);
    }
  }

  private Metadata metadata() {
    var metadata = new Metadata();
    headers.forEach((name, value) -> {
      try {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
      } catch (IllegalArgumentException e) {
        throw new InvalidValueException(
            "--header", name, "a metadata name: a-z 0-9 - _ ., not ending in -bin");
      }
    });
    return metadata;
  }

  private RequestSource source(HostAndPort address, long usedSeed)
      throws IOException, InterruptedException {
    String idPrefix = Long.toHexString(usedSeed) + "-";
    if (rows == null) {
      return new RandomRequests(
          ModelLookup.metadata(address, tls.config(), model), usedSeed, idPrefix);
    }
    RowTable table = RowTable.read(rows);
    int[] positions = table.positions(columns == null ? table.columns() : columns);
    List<String> inputs =
        ModelLookup.metadata(address, tls.config(), model).getInputsList().stream()
            .map(ModelMetadataResponse.TensorMetadata::getName)
            .toList();
    if (!inputs.contains(input)) {
      throw new InvalidValueException(
          "--input", input, "an input of " + model + ": " + String.join(", ", inputs));
    }
    return new RowRequests(table, positions, model, input, idPrefix);
  }

  /** Finds out before the load, not after it, whether the report can be written. */
  private static void checkWritable(Path file) {
    try {
      FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  private static void write(Path file, LoadReport report) {
    try {
      Files.write(
          file,
          JsonMapper.builder()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsBytes(report.json()));
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  private static StartFailure cannotWrite(Path file, IOException e) {
    String reason =
        e instanceof FileSystemException named && named.getReason() != null
            ? "; " + named.getReason()
            : "";
    return new StartFailure(
        EXIT_CANNOT_CREATE,
        "--json: " + file + " (expected: a file that can be written" + reason + ")");
  }
}
