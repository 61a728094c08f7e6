package dev.weir.router.fuzz;

import dev.weir.platform.fuzz.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Seeds: the files {@code src/test/resources/fuzz/<name>/*.hex}, hexadecimal, with {@code #} to the
 * end of a line as a comment. What a fuzzer found once belongs there.
 */
public final class Corpus {
  private final List<byte[]> seeds;

  private Corpus(List<byte[]> seeds) {
    this.seeds = seeds;
  }

  /** Reads the seeds of one kind; at least one. */
  public static Corpus of(String name) {
    try (Stream<Path> files =
        Files.list(Path.of("src", "test", "resources", "fuzz").resolve(name))) {
      List<byte[]> seeds = files.sorted().map(Corpus::read).toList();
      if (seeds.isEmpty()) {
        throw new IllegalStateException("fuzz/" + name + ": no seeds");
      }
      return new Corpus(seeds);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      var digits = new StringBuilder();
      lines.forEach(line -> digits.append(line.replaceAll("#.*|\\s", "")));
      return HexFormat.of().parseHex(digits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  /** All of them, as they are. */
  public List<byte[]> seeds() {
    return seeds;
  }

  /** One of them, or the beginning of one with the end of another, changed. */
  public byte[] changed(SplittableRandom random) {
    byte[] one = any(random);
    if (random.nextInt(4) == 0) {
      byte[] other = any(random);
      int cut = random.nextInt(one.length + 1);
      int from = random.nextInt(other.length + 1);
      byte[] spliced = Arrays.copyOf(one, cut + other.length - from);
      System.arraycopy(other, from, spliced, cut, other.length - from);
      one = spliced;
    }
    return Change.some(one, random);
  }

  private byte[] any(SplittableRandom random) {
    return seeds.get(random.nextInt(seeds.size()));
  }
}
