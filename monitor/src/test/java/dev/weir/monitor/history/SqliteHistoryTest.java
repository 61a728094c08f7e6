package dev.weir.monitor.history;

final class SqliteHistoryTest extends HistoryContract {
  @Override
  HistoryConfig config() {
    return HistoryConfig.defaults();
  }
}
