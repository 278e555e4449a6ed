/** What became of completions, summed up by day, language and model. Holds nothing of any text. */
export const completionMigration = `
  CREATE TABLE completion_outcomes (
    -- The user's own calendar, as 2030-12-31.
    day TEXT NOT NULL,
    language TEXT NOT NULL,
    -- Empty for guesses of this machine.
    model TEXT NOT NULL,
    offered INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    followed INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    offered_characters INTEGER NOT NULL,
    accepted_characters INTEGER NOT NULL,
    -- Accepted ones that were looked at again, and the sum of the shares that still stood there.
    checked_30s INTEGER NOT NULL,
    kept_30s REAL NOT NULL,
    checked_5min INTEGER NOT NULL,
    kept_5min REAL NOT NULL,
    PRIMARY KEY (day, language, model)
  ) STRICT, WITHOUT ROWID;
`;
