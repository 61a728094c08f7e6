-- What was seen, as mergeable sketches. Times are seconds since 1970, resolutions minutes (1, 60, 1440).

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  route TEXT NOT NULL,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (route, model, version, kind, name)
) STRICT;

CREATE TABLE sketch (
  series_id INTEGER NOT NULL REFERENCES series (id),
  resolution INTEGER NOT NULL,
  start INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (series_id, resolution, start)
) STRICT;

-- for merging into the next resolution and for deleting what is old
CREATE INDEX sketch_by_time ON sketch (resolution, start);

-- merged_to: every row of this resolution that starts before is made of all finer rows, and later data has to reach it too.
-- kept_from: rows that start before may be gone.
CREATE TABLE level (
  resolution INTEGER PRIMARY KEY,
  merged_to INTEGER NOT NULL,
  kept_from INTEGER NOT NULL
) STRICT;

INSERT INTO level (resolution, merged_to, kept_from) VALUES (1, 0, 0), (60, 0, 0), (1440, 0, 0);

-- last slice of each router process that is in the sketches
CREATE TABLE position (
  router TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  written INTEGER NOT NULL
) STRICT;

-- number of the last batch written, so that one whose commit was in doubt is not written twice
CREATE TABLE batch (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;

INSERT INTO batch (id, number) VALUES (1, 0);
