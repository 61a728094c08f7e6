-- What was seen, as mergeable sketches. Times are seconds since 1970, resolutions minutes (1, 60, 1440).

CREATE TABLE series (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  route TEXT NOT NULL,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (route, model, version, kind, name)
);

CREATE TABLE sketch (
  series_id BIGINT NOT NULL REFERENCES series (id),
  resolution INTEGER NOT NULL,
  start BIGINT NOT NULL,
  value BYTEA NOT NULL,
  PRIMARY KEY (series_id, resolution, start)
);

-- for merging into the next resolution and for deleting what is old
CREATE INDEX sketch_by_time ON sketch (resolution, start);

-- merged_to: every row of this resolution that starts before is made of all finer rows, and later data has to reach it too.
-- kept_from: rows that start before may be gone.
CREATE TABLE level (
  resolution INTEGER PRIMARY KEY,
  merged_to BIGINT NOT NULL,
  kept_from BIGINT NOT NULL
);

INSERT INTO level (resolution, merged_to, kept_from) VALUES (1, 0, 0), (60, 0, 0), (1440, 0, 0);

-- last slice of each router process that is in the sketches
CREATE TABLE position (
  router TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL,
  written BIGINT NOT NULL
);

-- number of the last batch written, so that one whose commit was in doubt is not written twice
CREATE TABLE batch (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL
);

INSERT INTO batch (id, number) VALUES (1, 0);
