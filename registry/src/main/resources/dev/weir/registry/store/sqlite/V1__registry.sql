-- One row: which database this is, and the heads of its counters. Every transaction updates it, guarded by `revision`.
CREATE TABLE registry (
  id               INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch            TEXT    NOT NULL,
  -- last durable revision
  revision         INTEGER NOT NULL CHECK (revision >= 0),
  -- no snapshot with a higher revision has ever been published
  revision_ceiling INTEGER NOT NULL CHECK (revision_ceiling >= revision),
  audit_sequence   INTEGER NOT NULL CHECK (audit_sequence >= 0),
  audit_hash       BLOB    NOT NULL CHECK (length(audit_hash) = 32)
) STRICT;

CREATE TABLE model_version (
  model      TEXT    NOT NULL,
  version    INTEGER NOT NULL CHECK (version > 0),
  sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  -- weir.registry.v1.ModelVersion
  document   BLOB    NOT NULL,
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX model_version_sha256 ON model_version (sha256);

CREATE TABLE alias (
  model   TEXT    NOT NULL,
  alias   TEXT    NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (model, alias),
  FOREIGN KEY (model, version) REFERENCES model_version (model, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE route (
  name       TEXT    NOT NULL PRIMARY KEY,
  generation INTEGER NOT NULL CHECK (generation > 0),
  -- weir.route.v1.Route
  document   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollout (
  id       TEXT    NOT NULL PRIMARY KEY,
  route    TEXT    NOT NULL REFERENCES route (name),
  state    TEXT    NOT NULL,
  active   INTEGER NOT NULL CHECK (active IN (0, 1)),
  revision INTEGER NOT NULL CHECK (revision > 0),
  -- weir.route.v1.Rollout
  document BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX rollout_one_active_per_route ON rollout (route) WHERE active = 1;

-- The log of all durable changes; the tables above are what comes out when its records are applied in order.
CREATE TABLE audit (
  sequence     INTEGER NOT NULL PRIMARY KEY,
  at_micros    INTEGER NOT NULL,
  actor        TEXT    NOT NULL,
  action       TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  detail       TEXT    NOT NULL,
  record       BLOB    NOT NULL,
  hash         BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
