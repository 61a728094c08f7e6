/** What people have to be told: findings of the rooms that watch, and what becomes of them. */
@NullMarked
package dev.weir.monitor.alert;

import org.jspecify.annotations.NullMarked;
