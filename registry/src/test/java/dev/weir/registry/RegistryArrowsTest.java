package dev.weir.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Dependencies inside the registry point one way: pure core, then store and control, then doors.
 */
@AnalyzeClasses(packages = "dev.weir.registry", importOptions = DoNotIncludeTests.class)
final class RegistryArrowsTest {
  private static final String[] CORE = {
    "..registry.outcome..",
    "..registry.model..",
    "..registry.route..",
    "..registry.rollout..",
    "..registry.audit..",
    "..registry.state.."
  };

  @ArchTest
  static final ArchRule the_core_is_pure =
      classes()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "..registry.outcome..",
              "..registry.model..",
              "..registry.route..",
              "..registry.rollout..",
              "..registry.audit..",
              "..registry.state..",
              "dev.weir.platform.error..",
              "dev.weir.platform.regex..",
              "dev.weir.proto..",
              "com.google.protobuf..",
              "org.jspecify..",
              "java.lang..",
              "java.util..",
              "java.time..",
              "java.nio..",
              "java.security..");

  @ArchTest
  static final ArchRule the_store_knows_no_doors =
      noClasses()
          .that()
          .resideInAPackage("..registry.store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..registry.control..", "..registry.api..");

  @ArchTest
  static final ArchRule control_knows_no_doors =
      noClasses()
          .that()
          .resideInAPackage("..registry.control..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..registry.api..");

  @ArchTest
  static final ArchRule time_comes_in_as_a_value =
      noClasses()
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID");
}
