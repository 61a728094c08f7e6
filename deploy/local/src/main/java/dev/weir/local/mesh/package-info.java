/** The services as processes of this machine: ports, files, starting, killing, stopping. */
@NullMarked
package dev.weir.local.mesh;

import org.jspecify.annotations.NullMarked;
