package dev.weir.monitor.stats.concept;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/** Streams for the detectors: stored ones, and errors drawn from a seed. */
final class ConceptStreams {
  private ConceptStreams() {}

  /** One of d1, d2, d3: see {@code src/test/python/concept_streams.py}. */
  static double[] stored(String name) {
    return lines(name).mapToDouble(Double::parseDouble).toArray();
  }

  static Stream<String> lines(String name) {
    try (InputStream in = ConceptStreams.class.getResourceAsStream(name + ".txt")) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name + ".txt");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Four parts of 1,500 errors, drawn as the script draws them. */
  static double[] drawn(long seed) {
    var state = new long[] {seed};
    DoubleSupplier uniform =
        () -> {
          state[0] = state[0] * 6364136223846793005L + 1442695040888963407L;
          return (state[0] >>> 11) / 0x1p53;
        };
    var stream = new double[6_000];
    double rate = 0;
    for (int i = 0; i < stream.length; i++) {
      if (i % 1_500 == 0) {
        rate = 0.9 * uniform.getAsDouble();
      }
      stream[i] = uniform.getAsDouble() < rate ? 1 : 0;
    }
    return stream;
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  static double error(RandomGenerator random, double rate) {
    return random.nextDouble() < rate ? 1 : 0;
  }

  /** Places at which a drift is seen, the first observation being 0. */
  static List<Integer> drifts(ConceptDetector detector, double[] stream) {
    var places = new ArrayList<Integer>();
    for (int i = 0; i < stream.length; i++) {
      if (detector.observe(stream[i])) {
        places.add(i);
      }
    }
    return places;
  }
}
