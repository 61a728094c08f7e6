/**
 * The registry: the only writer of desired state. {@link dev.weir.registry.RegistryMain} puts it
 * together.
 */
@NullMarked
package dev.weir.registry;

import org.jspecify.annotations.NullMarked;
