/** The registry's state as one immutable value, and the records that change it. Pure. */
@NullMarked
package dev.weir.registry.state;

import org.jspecify.annotations.NullMarked;
