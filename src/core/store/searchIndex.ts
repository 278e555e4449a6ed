import type { Database } from './database.ts';

/** Whether this Node's SQLite can search texts by words. */
export function hasFullText(database: Database): boolean {
  return database.get("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'") !== undefined;
}

/**
 * The index over titles and texts. It holds no text of its own, only words and where they are, and
 * triggers keep it in step within the same transaction: messages that are set aside leave it.
 * Accents do not matter: what is typed without them is found.
 */
const createIndex = `
  CREATE VIRTUAL TABLE title_search USING fts5 (
    title, content = 'threads', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE text_search USING fts5 (
    text, content = 'messages', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2');
`;

const fillIndex = `
  INSERT INTO title_search (title_search) VALUES ('delete-all');
  INSERT INTO title_search (rowid, title) SELECT row, title FROM threads;
  INSERT INTO text_search (text_search) VALUES ('delete-all');
  INSERT INTO text_search (rowid, text)
    SELECT row, text FROM messages WHERE set_aside_at IS NULL AND text <> '';
`;

const createTriggers = `
  CREATE TRIGGER title_search_added AFTER INSERT ON threads BEGIN
    INSERT INTO title_search (rowid, title) VALUES (NEW.row, NEW.title);
  END;
  CREATE TRIGGER title_search_changed AFTER UPDATE OF title ON threads
  WHEN OLD.title <> NEW.title BEGIN
    INSERT INTO title_search (title_search, rowid, title) VALUES ('delete', OLD.row, OLD.title);
    INSERT INTO title_search (rowid, title) VALUES (NEW.row, NEW.title);
  END;
  CREATE TRIGGER title_search_removed AFTER DELETE ON threads BEGIN
    INSERT INTO title_search (title_search, rowid, title) VALUES ('delete', OLD.row, OLD.title);
  END;

  CREATE TRIGGER text_search_added AFTER INSERT ON messages
  WHEN NEW.set_aside_at IS NULL AND NEW.text <> '' BEGIN
    INSERT INTO text_search (rowid, text) VALUES (NEW.row, NEW.text);
  END;
  CREATE TRIGGER text_search_changed AFTER UPDATE OF text, set_aside_at ON messages
  WHEN OLD.text <> NEW.text OR OLD.set_aside_at IS NOT NEW.set_aside_at BEGIN
    INSERT INTO text_search (text_search, rowid, text)
      SELECT 'delete', OLD.row, OLD.text WHERE OLD.set_aside_at IS NULL AND OLD.text <> '';
    INSERT INTO text_search (rowid, text)
      SELECT NEW.row, NEW.text WHERE NEW.set_aside_at IS NULL AND NEW.text <> '';
  END;
  CREATE TRIGGER text_search_removed AFTER DELETE ON messages
  WHEN OLD.set_aside_at IS NULL AND OLD.text <> '' BEGIN
    INSERT INTO text_search (text_search, rowid, text) VALUES ('delete', OLD.row, OLD.text);
  END;
`;

const triggers = [
  'title_search_added',
  'title_search_changed',
  'title_search_removed',
  'text_search_added',
  'text_search_changed',
  'text_search_removed',
] as const;

/** Makes the index, or brings it up to date after a time without one. */
export function ensureSearchIndex(database: Database): void {
  if (isKept(database)) {
    return;
  }
  database.transaction(() => {
    if (isKept(database)) {
      return;
    }
    if (!exists(database, 'text_search')) {
      database.exec(createIndex);
    }
    database.exec(fillIndex);
    database.exec(createTriggers);
  });
}

/**
 * Lets a SQLite without full-text search write to a file that has an index: its triggers would fail.
 * The index is filled again by the next one that can.
 */
export function abandonSearchIndex(database: Database): void {
  if (!isKept(database)) {
    return;
  }
  database.transaction(() => {
    for (const name of triggers) {
      database.exec(`DROP TRIGGER IF EXISTS ${name}`);
    }
  });
}

function isKept(database: Database): boolean {
  return exists(database, triggers[0]);
}

function exists(database: Database, name: string): boolean {
  return database.get('SELECT 1 FROM sqlite_master WHERE name = ?', [name]) !== undefined;
}
