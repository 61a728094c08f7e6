package dev.weir.monitor;

import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import org.jspecify.annotations.Nullable;

/**
 * What the process gives to each of its rooms.
 *
 * @param tls of connections to others; null: plain text
 * @param registry the registry's channel
 * @param saves keeps what is saved in step
 * @param resources closes what is opened
 */
record Surroundings(
    Clock clock,
    Scheduler scheduler,
    Readiness readiness,
    DataFolder data,
    @Nullable ReloadingTls tls,
    Telemetry telemetry,
    GrpcChannel registry,
    SavePoint saves,
    Resources resources) {}
