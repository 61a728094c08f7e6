package dev.weir.router.relay;

import dev.weir.platform.lifecycle.StartFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server inside this process that answers everything but inference, as the relay reaches
 * it: over a Unix domain socket in a folder that nobody else can enter. Thread-safe.
 */
public final class InnerServer implements AutoCloseable {
  private final RelayLoops loops;
  private final Path folder;
  private final Path socket;
  private final int maxMetadataBytes;
  private final AtomicReferenceArray<@Nullable LoopLink> links;

  private InnerServer(RelayLoops loops, Path folder, int maxMetadataBytes) {
    this.loops = loops;
    this.folder = folder;
    this.socket = folder.resolve("grpc");
    this.maxMetadataBytes = maxMetadataBytes;
    this.links = new AtomicReferenceArray<>(loops.size());
  }

  /**
   * Makes the folder. The server is then to listen on {@link #address}.
   *
   * @throws StartFailure when it cannot be made
   */
  public static InnerServer prepare(RelayLoops loops, int maxMetadataBytes) {
    try {
      // a socket's path has room for about a hundred characters: not below the data folder
      Path folder =
          Files.createTempDirectory(
              "weir-router-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return new InnerServer(loops, folder, maxMetadataBytes);
    } catch (IOException e) {
      throw new StartFailure(
          73,
          "java.io.tmpdir: no folder for a socket can be made in '"
              + System.getProperty("java.io.tmpdir")
              + "' (expected: a folder that can be written): "
              + e.getMessage());
    }
  }

  /** Where the server listens. */
  public SocketAddress address() {
    return loops.isEpoll()
        ? new DomainSocketAddress(socket.toFile())
        : UnixDomainSocketAddress.of(socket);
  }

  /** This loop's connections to it. On that loop only. */
  LoopLink on(RelayLoop loop) {
    LoopLink link = links.get(loop.index());
    if (link == null) {
      link = new LoopLink(loop, new Target(), loops.config(), loops.limits(), loops.counters());
      links.set(loop.index(), link);
    }
    return link;
  }

  private final class Target implements LoopLink.Target {
    @Override
    public Bootstrap bootstrap(RelayLoop loop) {
      return new Bootstrap()
          .group(loop.http2().loop())
          .channel(loops.domainChannel())
          .option(ChannelOption.ALLOCATOR, loops.allocator())
          .option(ChannelOption.RECVBUF_ALLOCATOR, loops.readRoom())
          .remoteAddress(address());
    }

    @Override
    public void secure(Channel channel, Consumer<String> onFailure) {}

    @Override
    public int maxMetadataBytes() {
      return maxMetadataBytes;
    }
  }

  @Override
  public void close() throws IOException {
    loops.each(loop -> {
      LoopLink link = links.get(loop.index());
      if (link != null) {
        link.close();
      }
    });
    Files.deleteIfExists(socket);
    Files.deleteIfExists(folder);
  }
}
