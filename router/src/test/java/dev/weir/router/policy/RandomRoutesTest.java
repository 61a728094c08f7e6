package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.KeyValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Whatever comes in a snapshot is obeyed or refused in the one form; never anything else. */
class RandomRoutesTest {
  private static final String[] TEXTS = {
    "",
    "baseline",
    "canary",
    "fraud",
    "1",
    "2",
    "user",
    "x-y",
    "X",
    "*",
    "a*",
    "a*b",
    "(",
    "[a-z]{2}",
    "((a{100}){100}){100}",
    "h-bin",
    "\u0000",
    "\ud83d\ude00",
    "0",
    "-1",
    "18446744073709551616"
  };

  private static Message random(Message.Builder into, RandomGenerator random, int depth) {
    for (FieldDescriptor field : into.getDescriptorForType().getFields()) {
      if (random.nextInt(3) == 0 || depth > 5) {
        continue;
      }
      if (field.isRepeated()) {
        for (int n = random.nextInt(4); n > 0 && !field.isMapField(); n--) {
          into.addRepeatedField(field, value(into, field, random, depth));
        }
      } else {
        into.setField(field, value(into, field, random, depth));
      }
    }
    return into.build();
  }

  private static Object value(
      Message.Builder into, FieldDescriptor field, RandomGenerator random, int depth) {
    return switch (field.getJavaType()) {
      case INT -> number(random).intValue();
      case LONG -> number(random);
      case FLOAT -> (float) real(random);
      case DOUBLE -> real(random);
      case BOOLEAN -> random.nextBoolean();
      case STRING -> TEXTS[random.nextInt(TEXTS.length)];
      case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("x");
      case ENUM -> {
        EnumDescriptor type = field.getEnumType();
        yield random.nextInt(8) == 0
            ? type.findValueByNumberCreatingIfUnknown(99)
            : type.getValues().get(random.nextInt(type.getValues().size()));
      }
      case MESSAGE -> random(into.newBuilderForField(field), random, depth + 1);
    };
  }

  private static Long number(RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0L;
      case 1 -> 1L;
      case 2 -> 5_000L;
      case 3 -> 10_000L;
      case 4 -> random.nextLong(0, 20);
      default -> random.nextLong();
    };
  }

  private static double real(RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> -1;
      case 3 -> 0.9;
      default -> random.nextDouble() * 1e6;
    };
  }

  private int compileAndDecide(Route route, long seed, RandomGenerator random) {
    try {
      RoutingTable table =
          RoutingTable.compile(Snapshot.newBuilder().setRevision(1).addRoutes(route).build());
      for (int i = 0; i < 5; i++) {
        var request =
            new TestRequest(route.getName())
                .header("user", TEXTS[random.nextInt(TEXTS.length)])
                .parameter("user", new KeyValue.Whole(random.nextLong()))
                .from(TEXTS[random.nextInt(TEXTS.length)]);
        assertThat(table.decide(request, random)).isNotNull();
      }
      return 1;
    } catch (InvalidValueException refused) {
      assertThat(refused.getMessage()).matches("(?s).+: .* \\(expected: .+\\)");
      return 0;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed + ":\n" + route, e);
    }
  }

  @Test
  void arbitrary_messages() {
    for (long seed = 1; seed <= 3_000; seed++) {
      RandomGenerator random = Randomness.seeded(seed);
      compileAndDecide((Route) random(Route.newBuilder(), random, 0), seed, random);
    }
  }

  /** A good route with one part made arbitrary: gets behind the first checks. */
  @Test
  void good_routes_with_an_arbitrary_part() throws IOException {
    Route.Builder example = Route.newBuilder();
    JsonFormat.parser()
        .merge(
            Files.readString(Path.of("..", "docs", "examples", "route-with-policy.json")), example);
    example.addBuckets(Snapshots.buckets(0, 10_000, "small"));
    example.getLayersBuilder(0).addSlots(Snapshots.buckets(0, 2_000, "large-for-all"));
    example
        .getLayersBuilder(0)
        .getExperimentsBuilder(0)
        .addAllBuckets(
            List.of(
                Snapshots.buckets(0, 5_000, "control"), Snapshots.buckets(5_000, 10_000, "large")));
    Route good = example.build();
    assertThat(compileAndDecide(good, 0, Randomness.seeded(0))).isEqualTo(1);
    int obeyed = 0;
    for (long seed = 1; seed <= 3_000; seed++) {
      RandomGenerator random = Randomness.seeded(seed);
      obeyed += compileAndDecide((Route) changed(good, random), seed, random);
    }
    assertThat(obeyed).isBetween(100, 2_900);
  }

  /** Changes one field somewhere in the tree. */
  private static Message changed(Message message, RandomGenerator random) {
    List<FieldDescriptor> set = List.copyOf(message.getAllFields().keySet());
    FieldDescriptor field =
        set.isEmpty() || random.nextInt(4) == 0
            ? pick(message.getDescriptorForType().getFields(), random)
            : pick(set, random);
    Message.Builder builder = message.toBuilder();
    if (field.isMapField()) {
      return message;
    }
    if (field.isRepeated()) {
      int count = builder.getRepeatedFieldCount(field);
      if (count == 0 || random.nextInt(6) == 0) {
        builder.addRepeatedField(field, value(builder, field, random, 3));
      } else {
        int at = random.nextInt(count);
        Object there = builder.getRepeatedField(field, at);
        builder.setRepeatedField(
            field,
            at,
            there instanceof Message inner
                ? changed(inner, random)
                : value(builder, field, random, 3));
      }
      return builder.build();
    }
    Object there = builder.getField(field);
    builder.setField(
        field,
        there instanceof Message inner && message.hasField(field)
            ? changed(inner, random)
            : value(builder, field, random, 3));
    return builder.build();
  }

  private static <T> T pick(List<T> from, RandomGenerator random) {
    return from.get(random.nextInt(from.size()));
  }
}
