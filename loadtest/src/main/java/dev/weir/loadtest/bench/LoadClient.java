package dev.weir.loadtest.bench;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program that sends requests. Every second request carries {@link BenchSnapshot#SESSION_HEADER},
 * all carry a deadline.
 */
interface LoadClient {
  /** Requests in flight in {@link #load}. */
  int IN_FLIGHT = 64;

  /** Its word in {@code --client}. */
  String name();

  /**
   * Keeps {@link #IN_FLIGHT} requests in flight over 8 connections.
   *
   * @param body file with one framed request
   * @throws IOException when it is not done within the limit
   */
  LoadResult load(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException;

  /** One request at a time over one connection; each must be answered. */
  Latency oneInFlight(Target target, Path body, long requests, long limitSeconds)
      throws IOException, InterruptedException;
}
