/** What strangers' programs see of the router: results case by case are in docs/conformance.md. */
@NullMarked
package dev.weir.local.conformance;

import org.jspecify.annotations.NullMarked;
