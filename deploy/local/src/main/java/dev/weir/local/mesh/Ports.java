package dev.weir.local.mesh;

import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Hands out loopback ports. Not thread-safe. */
public final class Ports {
  private final boolean preferDefaults;
  private final Consumer<String> notice;
  private final Set<Integer> given = new HashSet<>();

  /**
   * @param preferDefaults takes the usual port where it is free, so that addresses stay the same
   *     from run to run
   * @param notice told when a usual port is taken by another program
   */
  public Ports(boolean preferDefaults, Consumer<String> notice) {
    this.preferDefaults = preferDefaults;
    this.notice = notice;
  }

  /** A port that was free a moment ago. */
  public int take(String purpose, int usual) {
    if (preferDefaults) {
      if (!given.contains(usual) && isFree(usual)) {
        given.add(usual);
        return usual;
      }
      int other = anyFree();
      notice.accept(
          "port " + usual + " (" + purpose + ") is taken by another program, using " + other);
      return other;
    }
    return anyFree();
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private int anyFree() {
    while (true) {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (given.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new StartFailure(69, "no free port on the loopback address: " + e.getMessage());
      }
    }
  }
}
