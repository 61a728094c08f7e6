package dev.weir.monitor.why;

/**
 * Where a prediction was counted.
 *
 * @param key its version
 * @param window number of its window
 * @param cells cells of its version
 * @param buckets bucket of each feature
 * @param unit its unit
 */
record Place(WhyKey key, long window, Cells cells, byte[] buckets, long unit) {}
