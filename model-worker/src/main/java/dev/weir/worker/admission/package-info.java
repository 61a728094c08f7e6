/**
 * What stands between a request and an engine: is it well-formed, and is there room for it.
 * Refusals are values with a reason; nothing here throws because of what a client sent.
 */
@NullMarked
package dev.weir.worker.admission;

import org.jspecify.annotations.NullMarked;
