package dev.weir.local;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The arrows between the rooms, and who may touch ambient time and randomness: docs/architecture.md
 * in executable form.
 */
@AnalyzeClasses(
    packages = "dev.weir",
    importOptions = {ImportOption.DoNotIncludeTests.class, HouseRulesTest.NoTestJars.class})
final class HouseRulesTest {
  /** The platform's fakes come in a jar of their own. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] SERVICES = {
    "dev.weir.router..", "dev.weir.worker..", "dev.weir.registry..", "dev.weir.monitor.."
  };

  @ArchTest
  static final ArchRule contracts_depend_on_nothing_of_ours =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.proto..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.weir..").and(not(resideInAPackage("dev.weir.proto.."))));

  @ArchTest
  static final ArchRule the_platform_knows_no_domain =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.platform..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.weir..")
                  .and(not(resideInAnyPackage("dev.weir.proto..", "dev.weir.platform.."))));

  @ArchTest
  static void services_never_import_each_other(JavaClasses all) {
    for (String service : SERVICES) {
      noClasses()
          .that()
          .resideInAPackage(service)
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.weir..")
                  .and(not(resideInAnyPackage(service, "dev.weir.proto..", "dev.weir.platform.."))))
          .because("services share contracts, not code")
          .check(all);
    }
  }

  @ArchTest
  static final ArchRule the_load_test_stands_alone =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.loadtest..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.weir..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "dev.weir.loadtest..", "dev.weir.proto..", "dev.weir.platform.."))));

  @ArchTest
  static final ArchRule policy_balancing_and_exchange_do_not_know_what_carries_the_bytes =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.weir.router.policy..", "dev.weir.router.balance..", "dev.weir.router.exchange..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.netty..",
                  "io.grpc.netty..",
                  "dev.weir.router.relay..",
                  "dev.weir.router.http2.."))
          .because("they were written for another data plane than the relay, and outlive this one");

  @ArchTest
  static final ArchRule statistics_are_pure =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.monitor.stats..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io..",
              "java.io..",
              "java.nio.file..",
              "java.util.concurrent..",
              "java.net..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule the_rollout_state_machine_is_pure =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.registry.rollout..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.grpc..", "io.helidon..", "org.jdbi..", "java.sql..", "java.nio.file..");

  @ArchTest
  static final ArchRule ambient_time_and_randomness_stay_in_one_package =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.weir.platform.time..", "dev.weir.proto..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class)
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID")
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .orShould()
          .callConstructor(Random.class)
          .because(
              "time and randomness are handed in (dev.weir.platform.time), so that every failure can be simulated");

  @ArchTest
  static final ArchRule names_say_what_a_thing_is =
      classes()
          .that()
          .resideInAPackage("dev.weir..")
          .and()
          .resideOutsideOfPackage("dev.weir.proto..")
          .should()
          .haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl|Base)(\\$.*)?$")
          .andShould()
          .haveNameNotMatching(".*\\.(Default|Abstract)[A-Z].*");
}
