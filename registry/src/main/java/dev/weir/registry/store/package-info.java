/**
 * What survives a crash: the database (one writer, one transaction per durable change) and the
 * artifacts (content-addressed files). {@link dev.weir.registry.store.RegistryStore} is called by
 * one thread at a time for writing, under the lock of its owner; reading is free. Never: a repaired
 * migration, a write outside a transaction, a name in the artifact folder whose bytes are not all
 * there.
 */
@NullMarked
package dev.weir.registry.store;

import org.jspecify.annotations.NullMarked;
