package dev.weir.benchmarks;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.RequestPeek;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading what routing needs from a request's bytes: tensors are stepped over, so the cost should
 * not grow with the size.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestPeekBenchmark {
  /** Bytes of the tensor. */
  @Param({"1024", "65536"})
  public int size;

  /** Request parameters. */
  @Param({"0", "2"})
  public int parameters;

  private byte[] message = {};

  /** Makes the request. */
  @Setup
  public void prepare() {
    var request =
        ModelInferRequest.newBuilder()
            .setModelName("resnet50")
            .setId("bench-0001")
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName("input__0")
                    .setDatatype("UINT8")
                    .addShape(1)
                    .addShape(size))
            .addRawInputContents(ByteString.copyFrom(new byte[size]));
    for (int i = 0; i < parameters; i++) {
      request.putParameters(
          "parameter_" + i, InferParameter.newBuilder().setStringParam("value-" + i).build());
    }
    message = request.build().toByteArray();
  }

  /** All of it in one piece. */
  @Benchmark
  public RequestPeek whole() throws MalformedRequestException {
    return RequestPeek.of(message);
  }
}
