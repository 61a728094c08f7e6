package dev.weir.platform.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.StartFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableSqliteTest {
  private static final DurableSqlite THINGS =
      new DurableSqlite("database of things", "dev/weir/platform/sqlite", 500, "begin anew");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("things.db");
  }

  private static void addOne(Handle handle) throws JdbiException {
    handle.execute("INSERT INTO thing VALUES ('one')");
  }

  private static int count(Jdbi jdbi) {
    return jdbi.withHandle(
        handle -> handle.createQuery("SELECT count(*) FROM thing").mapTo(Integer.class).one());
  }

  @Test
  void what_was_committed_is_there_when_it_is_opened_again() {
    THINGS.open(file, DurableSqliteTest::addOne);

    assertThat(count(THINGS.open(file, DurableSqliteTest::addOne))).isEqualTo(2);
  }

  @Test
  void a_beginning_that_fails_leaves_nothing() {
    assertThatThrownBy(() ->
            THINGS.open(
                file,
                handle -> {
                  addOne(handle);
                  throw new UnableToExecuteStatementException("no room");
                }))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("no room");

    assertThat(count(THINGS.open(file, handle -> {}))).isZero();
  }

  @Test
  void a_file_that_is_no_database_is_refused_with_the_way_out() throws Exception {
    Files.writeString(
        file, "this is a letter, and rather longer than SQLite's first sixteen bytes");

    assertThatThrownBy(() -> THINGS.open(file, handle -> {}))
        .hasMessageStartingWith("database of things " + file + " cannot be used (")
        .hasMessageEndingWith("); begin anew")
        .asInstanceOf(InstanceOfAssertFactories.type(StartFailure.class))
        .returns(74, StartFailure::exitStatus);
  }
}
