/**
 * The rollout state machine: {@code decide} turns an event into a record or a reason to wait,
 * {@code apply} alone changes state, {@code pending} derives what the rest of the desired state
 * must become. Pure: time, fleet and verdicts come in as values.
 */
@NullMarked
package dev.weir.registry.rollout;

import org.jspecify.annotations.NullMarked;
