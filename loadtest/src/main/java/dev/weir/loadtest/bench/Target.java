package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.HostAndPort;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where load goes.
 *
 * @param fromProxyCpu the client runs on the proxy's processor, which is free as there is no proxy
 * @param certificate what signs the server's certificate; null for clear text
 */
record Target(HostAndPort address, boolean fromProxyCpu, @Nullable Path certificate) {}
