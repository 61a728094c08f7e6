-- Samples that a version's policy lets be kept, as they came. Times are milliseconds since 1970.

-- keep_millis: how long, by the policy that was heard last
CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  keep_millis INTEGER NOT NULL,
  UNIQUE (model, version)
) STRICT;

-- id rises with the order of arrival; unit 0: none; at: when the worker took the request, taken: when it came here, which is
-- what keeping is counted from, because it is our own clock; size: of the content, bytes; content: the message
CREATE TABLE sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version_id INTEGER NOT NULL REFERENCES version (id),
  request TEXT NOT NULL,
  trace TEXT NOT NULL,
  unit INTEGER NOT NULL,
  at INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;

CREATE INDEX sample_by_request ON sample (request);
CREATE INDEX sample_by_trace ON sample (trace);
CREATE INDEX sample_by_unit ON sample (unit);
CREATE INDEX sample_by_time ON sample (at, version_id);
CREATE INDEX sample_by_age ON sample (version_id, taken);

-- always true, so that nobody has to add up
CREATE TABLE total (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  samples INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;

INSERT INTO total (id, samples, bytes) VALUES (1, 0, 0);

CREATE TRIGGER sample_added AFTER INSERT ON sample BEGIN
  UPDATE total SET samples = samples + 1, bytes = bytes + new.size;
END;

CREATE TRIGGER sample_removed AFTER DELETE ON sample BEGIN
  UPDATE total SET samples = samples - 1, bytes = bytes - old.size;
END;
