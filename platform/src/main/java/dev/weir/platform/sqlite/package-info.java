/** Database files that survive a crash, for services that keep one. */
@NullMarked
package dev.weir.platform.sqlite;

import org.jspecify.annotations.NullMarked;
