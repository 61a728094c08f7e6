/** The audit log's hash chain. Pure. */
@NullMarked
package dev.weir.registry.audit;

import org.jspecify.annotations.NullMarked;
