/** Models, versions and aliases: names, and what a pushed version must look like. Pure. */
@NullMarked
package dev.weir.registry.model;

import org.jspecify.annotations.NullMarked;
