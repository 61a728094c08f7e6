/** A Chromium without a window, driven over its DevTools protocol, for tests of the pages. */
@NullMarked
package dev.weir.monitor.browser;

import org.jspecify.annotations.NullMarked;
