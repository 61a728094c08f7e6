package dev.weir.local.conformance;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call passed on as it is. Each side is asked for its next message when the other side can take
 * one. Deadline and cancellation of the caller come with the context that the call is started in.
 */
final class ForwardedCall extends ServerCall.Listener<byte[]> {
  private final ServerCall<byte[], byte[]> caller;
  private final ClientCall<byte[], byte[]> server;
  private final AtomicBoolean callerWaits = new AtomicBoolean();
  private final AtomicBoolean serverWaits = new AtomicBoolean();

  private ForwardedCall(ServerCall<byte[], byte[]> caller, ClientCall<byte[], byte[]> server) {
    this.caller = caller;
    this.server = server;
  }

  static ServerCall.Listener<byte[]> start(
      ServerCall<byte[], byte[]> caller, Metadata headers, ClientCall<byte[], byte[]> server) {
    var forwarded = new ForwardedCall(caller, server);
    server.start(forwarded.new Answers(), headers);
    server.request(1);
    caller.request(1);
    return forwarded;
  }

  @Override
  public void onMessage(byte[] message) {
    server.sendMessage(message);
    callerWaits.set(true);
    askCaller();
  }

  private void askCaller() {
    if (server.isReady() && callerWaits.compareAndSet(true, false)) {
      caller.request(1);
    }
  }

  private void askServer() {
    if (caller.isReady() && serverWaits.compareAndSet(true, false)) {
      server.request(1);
    }
  }

  @Override
  public void onHalfClose() {
    server.halfClose();
  }

  @Override
  public void onCancel() {
    server.cancel("the caller has cancelled", null);
  }

  @Override
  public void onReady() {
    askServer();
  }

  private final class Answers extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      caller.sendHeaders(headers);
    }

    @Override
    public void onMessage(byte[] message) {
      caller.sendMessage(message);
      serverWaits.set(true);
      askServer();
    }

    @Override
    public void onReady() {
      askCaller();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      caller.close(status, trailers);
    }
  }
}
