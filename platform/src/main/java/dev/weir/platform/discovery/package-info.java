/**
 * Finding the other services: one small interface, with Consul, the embedded service, or a fixed
 * list behind it.
 */
@NullMarked
package dev.weir.platform.discovery;

import org.jspecify.annotations.NullMarked;
