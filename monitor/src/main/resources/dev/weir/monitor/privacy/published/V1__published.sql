-- Counts that may be published with noise, and what was published. Epsilon in millionths, days since 1970 (UTC), times in
-- milliseconds since 1970. Counts and what was spent on them are in one file, so that neither can be lost without the other.

-- least: the smallest epsilon a day that was in force while the day's samples were counted
CREATE TABLE budget (
  model TEXT NOT NULL,
  day INTEGER NOT NULL,
  least INTEGER NOT NULL,
  PRIMARY KEY (model, day)
) STRICT;

-- exact counts: cells is a JSON list of names, counts a 64-bit number, big-endian, for each
CREATE TABLE counted (
  model TEXT NOT NULL,
  day INTEGER NOT NULL,
  statistic TEXT NOT NULL,
  version TEXT NOT NULL,
  cells TEXT NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (model, day, statistic, version)
) STRICT;

-- what was published: never changed, and the spending is the row itself
CREATE TABLE release (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  day INTEGER NOT NULL,
  statistic TEXT NOT NULL,
  epsilon INTEGER NOT NULL CHECK (epsilon > 0),
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  UNIQUE (model, day, statistic)
) STRICT;

CREATE TABLE released (
  release_id INTEGER NOT NULL REFERENCES release (id) ON DELETE CASCADE,
  version TEXT NOT NULL,
  cells TEXT NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (release_id, version)
) STRICT;

CREATE TRIGGER release_within_budget BEFORE INSERT ON release
WHEN new.epsilon + coalesce((SELECT sum(epsilon) FROM release WHERE model = new.model AND day = new.day), 0)
  > coalesce((SELECT least FROM budget WHERE model = new.model AND day = new.day), 0)
BEGIN
  SELECT raise(ABORT, 'over budget');
END;
