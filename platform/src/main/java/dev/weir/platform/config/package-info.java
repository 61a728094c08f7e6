/**
 * Configuration by file, environment and flag, bound to one record per service. Precedence: flag,
 * environment, file, default.
 */
@NullMarked
package dev.weir.platform.config;

import org.jspecify.annotations.NullMarked;
