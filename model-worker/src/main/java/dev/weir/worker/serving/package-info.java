/**
 * The worker's doors: the inference protocol for routers and clients, and the worker's status for
 * routers and the registry. Answers come from values (the version table, the status); what is
 * decided is decided in admission and placement.
 */
@NullMarked
package dev.weir.worker.serving;

import org.jspecify.annotations.NullMarked;
