/** Regular expressions that outsiders' values can be matched with. Pure. */
@NullMarked
package dev.weir.platform.regex;

import org.jspecify.annotations.NullMarked;
