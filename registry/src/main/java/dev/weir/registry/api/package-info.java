/**
 * The registry's doors: gRPC and REST. They check and translate, decide nothing, and turn refusals
 * into status codes in one place, {@link dev.weir.registry.api.ApiStatus}.
 */
@NullMarked
package dev.weir.registry.api;

import org.jspecify.annotations.NullMarked;
