package dev.weir.monitor.privacy;

import dev.weir.platform.time.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A process that keeps samples and erases every tenth of them without pause, and says on standard
 * output up to which number all are written and up to which all tenths are erased, until it is
 * killed. Arguments: folder, first number.
 */
final class SampleKeepingChild {
  private static final int AT_ONCE = 20;

  private SampleKeepingChild() {}

  static boolean isErased(long number) {
    return number % 10 == 0;
  }

  static String id(long number) {
    return "request-" + number + (isErased(number) ? "-to-be-erased" : "");
  }

  public static void main(String[] arguments) {
    Clock clock = Clock.system();
    var store = SampleStore.open(Path.of(arguments[0], "samples.db"));
    var kept = new KeptSamples(store, PrivacyConfig.defaults(), new PrivacyCounts(), clock);
    kept.follow(Samples.snapshot(Samples.kept("1", 86_400)));
    say("ready");
    for (long first = Long.parseLong(arguments[1]); ; first += AT_ONCE) {
      List<Long> numbers = LongStream.range(first, first + AT_ONCE).boxed().toList();
      kept.samples(
          numbers.stream()
              .map(number -> Samples.sample(id(number), "1", clock.now()).build())
              .toList());
      if (kept.write()) {
        say("written " + (first + AT_ONCE - 1));
      }
      var tenths = new ArrayList<String>();
      numbers.stream()
          .filter(SampleKeepingChild::isErased)
          .forEach(number -> tenths.add(id(number)));
      kept.erase(new Erasure(Set.copyOf(tenths), Set.of(), Set.of()));
      say("erased " + (first + AT_ONCE - 1));
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
