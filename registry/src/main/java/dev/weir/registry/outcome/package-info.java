/** What a command ends with: its result, or a refusal that says what is wrong and how to fix it. */
@NullMarked
package dev.weir.registry.outcome;

import org.jspecify.annotations.NullMarked;
