/**
 * TLS of gRPC listeners and channels: certificates from PEM files, followed while the process runs.
 * One {@link io.netty.handler.ssl.SslContext} per listener and one for all channels, made by {@link
 * dev.weir.platform.tls.ReloadingTls}, which grpc-java and the router's relay both use.
 *
 * <p>Mutable state: the context in force, owned by {@link dev.weir.platform.file.ReloadedFiles},
 * read once per connection. A connection keeps the certificates that it was opened with.
 */
@NullMarked
package dev.weir.platform.tls;

import org.jspecify.annotations.NullMarked;
