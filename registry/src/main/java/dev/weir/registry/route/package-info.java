/** Routes: what an operator may ask for, and the layout of sticky buckets. Pure. */
@NullMarked
package dev.weir.registry.route;

import org.jspecify.annotations.NullMarked;
