package dev.weir.registry.control;

import dev.weir.registry.state.RegistryRecord;

/**
 * A record that is to become durable.
 *
 * @param record what changes
 * @param detail why and with which evidence, for the audit log
 */
public record Change(RegistryRecord record, String detail) {}
