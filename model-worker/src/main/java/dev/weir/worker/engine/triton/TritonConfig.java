package dev.weir.worker.engine.triton;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;

/** The Triton that belongs to this worker. */
public record TritonConfig(
    @Setting("Triton's gRPC address, host:port.") String address,
    @Setting(
            "Triton's model repository (its --model-repository), a folder that both see; the worker writes it.")
        Path repository,
    @Setting(
            "How Triton runs ONNX files: python (works everywhere), or onnxruntime where Triton has it.")
        Backend backend,
    @Setting("A model.py for the python backend instead of the worker's own; empty: its own.")
        Path pythonModel,
    @Setting("Largest batch that Triton makes of waiting requests, rows, 0 to 65536; 0: none.")
        int maxBatchSize,
    @Setting("Longest wait of a request for others in its batch, 0us to 1s.")
        Duration maxBatchDelay,
    @Setting("Copies of each version that compute at a time, 1 to 64.") int copies,
    @Setting("Time that Triton gets to load a version, 1s to 1h.") Duration loadTimeout,
    @Setting("Time between looks at whether Triton is well, 50ms to 1m.") Duration probeInterval,
    @Setting("Time that Triton gets to answer such a look, 50ms to 1m; two that fail: it is down.")
        Duration probeTimeout) {
  /** Backends of Triton that run ONNX files. */
  public enum Backend {
    /** The python backend with onnxruntime. */
    PYTHON,
    /** The onnxruntime backend. */
    ONNXRUNTIME
  }

  public TritonConfig {
    HostAndPort.parse("address", address);
    Check.inRange("maxBatchSize", maxBatchSize, 0, 65_536);
    Check.inRange("maxBatchDelay", maxBatchDelay, Duration.ZERO, Duration.ofSeconds(1));
    Check.inRange("copies", copies, 1, 64);
    Check.inRange("loadTimeout", loadTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    Check.inRange("probeInterval", probeInterval, Duration.ofMillis(50), Duration.ofMinutes(1));
    Check.inRange("probeTimeout", probeTimeout, Duration.ofMillis(50), Duration.ofMinutes(1));
  }

  /** A Triton on loopback at 8041. */
  public static TritonConfig defaults() {
    return new TritonConfig(
        "127.0.0.1:8041",
        Path.of("data", "triton-repository"),
        Backend.PYTHON,
        Path.of(""),
        64,
        Duration.ZERO,
        1,
        Duration.ofMinutes(2),
        Duration.ofMillis(500),
        Duration.ofSeconds(1));
  }
}
