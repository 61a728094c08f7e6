/** The operator's commands against a running registry. */
@NullMarked
package dev.weir.local.cli;

import org.jspecify.annotations.NullMarked;
