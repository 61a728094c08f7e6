/** Files that are followed while a process runs: certificates, keys. */
@NullMarked
package dev.weir.platform.file;

import org.jspecify.annotations.NullMarked;
