/** gRPC servers and channels with every option that matters set explicitly. */
@NullMarked
package dev.weir.platform.grpc;

import org.jspecify.annotations.NullMarked;
