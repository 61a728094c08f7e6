/**
 * What the router learns from the others: routes from the registry, workers from discovery, their
 * state from themselves. Nothing here is on a request's path; each part goes on with what it last
 * knew while its source is away.
 */
@NullMarked
package dev.weir.router.control;

import org.jspecify.annotations.NullMarked;
