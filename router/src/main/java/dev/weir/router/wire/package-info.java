/**
 * What the router reads from and adds to a request's bytes, without parsing the payload. Pure: no
 * transport, no clock.
 */
@NullMarked
package dev.weir.router.wire;

import org.jspecify.annotations.NullMarked;
