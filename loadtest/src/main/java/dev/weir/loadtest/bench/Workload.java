package dev.weir.loadtest.bench;

import java.nio.file.Path;

/**
 * What is sent, and by which client.
 *
 * @param file one framed request of that size
 */
record Workload(LoadClient client, BodySize size, Path file) {
  /** Its name in the results: "1k h2load". */
  String label() {
    return size.word() + " " + client.name();
  }
}
