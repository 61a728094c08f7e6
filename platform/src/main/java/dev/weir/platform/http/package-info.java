/** The HTTP port that each service has: health, metrics, and what the service adds. */
@NullMarked
package dev.weir.platform.http;

import org.jspecify.annotations.NullMarked;
