/** Where requests' contents come from. */
@NullMarked
package dev.weir.loadtest.input;

import org.jspecify.annotations.NullMarked;
