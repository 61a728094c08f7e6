package dev.weir.benchmarks;

import dev.weir.router.policy.StickyHash;
import dev.weir.router.wire.KeyValue;
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

/** The unit of a sticky key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StickyHashBenchmark {
  /** Characters of the key. */
  @Param({"8", "36", "256"})
  public int length;

  private final StickyHash hash = new StickyHash("resnet50");
  private KeyValue key = new KeyValue.Text("");

  /** Makes the key. */
  @Setup
  public void prepare() {
    key = new KeyValue.Text("k".repeat(length));
  }

  /** A text, as from a header. */
  @Benchmark
  public long unit() {
    return hash.unit(key);
  }
}
