/**
 * The model-worker: loads the versions that the registry places, and answers inference requests for
 * them. {@link dev.weir.worker.WorkerMain} builds everything; dependencies point from there to
 * serving, sampling, placement, admission, the engines and tensors, in this order.
 */
@NullMarked
package dev.weir.worker;

import org.jspecify.annotations.NullMarked;
