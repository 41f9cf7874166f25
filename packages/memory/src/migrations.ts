/** The tables of the memory, step by step. */

import type { Migration, SqlDatabase } from '@salp/core'
import { annotate } from './annotate.js'
import { prepareLinks } from './links.js'

/**
 * Steps for `migrate(db, 'memory', memoryMigrations)` of core. Tables carry the prefix `memory_`.
 *
 * Indexes are keyed by `seq`, so that a delete can never shift a record against them. The full text stands beside the
 * records (external content): whoever inserts a record writes it, triggers keep it; its `terms` hold what the tokenizer misses, its `scope` the namespace,
 * so that a search in one of many namespaces reads only what is in it.
 */
export const memoryMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'records with provenance and full text',
    up: `
CREATE TABLE memory_namespaces (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  records INTEGER NOT NULL DEFAULT 0 -- kept by triggers
) STRICT;

CREATE TABLE memory_records (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  namespace_id INTEGER NOT NULL REFERENCES memory_namespaces (id),
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  terms TEXT NOT NULL,              -- words to find it by that the content does not spell out
  tags TEXT,                        -- JSON array
  author TEXT NOT NULL,
  channel TEXT,
  session_id TEXT,
  turn_id TEXT,
  said_at INTEGER NOT NULL,         -- times in ms since the epoch
  confidence REAL NOT NULL,
  verification INTEGER NOT NULL,    -- 0 inferred, 1 stated, 2 verified
  sensitivity INTEGER NOT NULL,     -- 0 public, 1 internal, 2 confidential, 3 restricted
  valid_from INTEGER,               -- when it holds in the world, as told
  valid_until INTEGER,
  recorded_at INTEGER NOT NULL,     -- when it was believed here; never falls as seq grows
  closed_at INTEGER,                -- when another record was found to take its place,
  closed_from INTEGER,              -- and from when on in the world
  superseded_by INTEGER REFERENCES memory_records (seq) ON DELETE SET NULL,
  expires_at INTEGER,
  digest INTEGER NOT NULL           -- of content and source; equal ones are compared in full
) STRICT;

CREATE INDEX memory_records_newest ON memory_records (namespace_id, seq);
CREATE INDEX memory_records_digest ON memory_records (digest);
CREATE INDEX memory_records_superseded ON memory_records (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX memory_records_expiry ON memory_records (expires_at) WHERE expires_at IS NOT NULL;

CREATE VIEW memory_searchable AS
  SELECT seq, content, terms, 'n' || namespace_id AS scope FROM memory_records;
CREATE VIRTUAL TABLE memory_text USING fts5 (
  content, terms, scope,
  content = 'memory_searchable', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO memory_text (memory_text, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE memory_vocabulary USING fts5vocab (memory_text, 'row');

CREATE TRIGGER memory_records_inserted AFTER INSERT ON memory_records BEGIN
  INSERT INTO memory_text (rowid, content, terms, scope) VALUES (new.seq, new.content, new.terms, 'n' || new.namespace_id);
  UPDATE memory_namespaces SET records = records + 1 WHERE id = new.namespace_id;
END;
CREATE TRIGGER memory_records_deleted AFTER DELETE ON memory_records BEGIN
  INSERT INTO memory_text (memory_text, rowid, content, terms, scope)
    VALUES ('delete', old.seq, old.content, old.terms, 'n' || old.namespace_id);
  UPDATE memory_namespaces SET records = records - 1 WHERE id = old.namespace_id;
END;
CREATE TRIGGER memory_records_updated AFTER UPDATE OF content, terms, namespace_id ON memory_records BEGIN
  INSERT INTO memory_text (memory_text, rowid, content, terms, scope)
    VALUES ('delete', old.seq, old.content, old.terms, 'n' || old.namespace_id);
  INSERT INTO memory_text (rowid, content, terms, scope) VALUES (new.seq, new.content, new.terms, 'n' || new.namespace_id);
END;
`,
  },
  {
    version: 2,
    name: 'threads, event time, claims, names, use and vectors',
    up(db) {
      db.exec(secondStep)
      annotateAll(db)
    },
  },
  {
    version: 3,
    name: 'episodes, lessons, notes and what a model read',
    up: (db) => db.exec(thirdStep),
  },
  {
    version: 4,
    name: 'full text written beside the record',
    // A trigger that writes full text makes SQLite flush its buffer for every record: three times the time of the insert.
    up: 'DROP TRIGGER memory_records_inserted',
  },
]

/** Counts are raised by the statements that insert, since a trigger that updates costs more than the insert; triggers lower them. */
const secondStep = `
CREATE TABLE memory_threads (
  id INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (namespace_id, name)
) STRICT;

ALTER TABLE memory_records ADD COLUMN thread INTEGER REFERENCES memory_threads (id);
ALTER TABLE memory_records ADD COLUMN happened_at INTEGER; -- a span, as told or as the content says
ALTER TABLE memory_records ADD COLUMN happened_until INTEGER;
ALTER TABLE memory_records ADD COLUMN subject TEXT;        -- folded
ALTER TABLE memory_records ADD COLUMN attribute TEXT;
ALTER TABLE memory_records ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE memory_records ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE memory_records ADD COLUMN used_at INTEGER;
ALTER TABLE memory_records ADD COLUMN moment TEXT NOT NULL DEFAULT ''; -- event time in words
CREATE INDEX memory_records_thread ON memory_records (thread, seq) WHERE thread IS NOT NULL;
CREATE INDEX memory_records_claim ON memory_records (namespace_id, subject, attribute) WHERE subject IS NOT NULL;

DROP TRIGGER memory_records_inserted;
DROP TRIGGER memory_records_deleted;
DROP TRIGGER memory_records_updated;
DROP TABLE memory_vocabulary;
DROP TABLE memory_text;
DROP VIEW memory_searchable;
CREATE VIEW memory_searchable AS
  SELECT seq, content, terms, moment, 'n' || namespace_id AS scope FROM memory_records;
CREATE VIRTUAL TABLE memory_text USING fts5 (
  content, terms, moment, scope,
  content = 'memory_searchable', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO memory_text (memory_text, rank) VALUES ('secure-delete', 1);
INSERT INTO memory_text (memory_text) VALUES ('rebuild');
CREATE VIRTUAL TABLE memory_vocabulary USING fts5vocab (memory_text, 'row');

CREATE TABLE memory_names (
  id INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL,
  key TEXT NOT NULL,               -- folded
  label TEXT NOT NULL,
  records INTEGER NOT NULL,        -- a name without any goes, by trigger
  UNIQUE (namespace_id, key)
) STRICT;
CREATE TABLE memory_mentions (
  name INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  times INTEGER NOT NULL,          -- it stands in the content
  PRIMARY KEY (name, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_mentions_record ON memory_mentions (seq);
CREATE TABLE memory_aliases (
  namespace_id INTEGER NOT NULL,
  alias TEXT NOT NULL,             -- folded
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,            -- the record that says so
  PRIMARY KEY (namespace_id, alias, key, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_aliases_record ON memory_aliases (seq);

CREATE TABLE memory_condensed (
  source INTEGER NOT NULL,         -- seq of a record that
  summary INTEGER NOT NULL,        -- this one was written from
  PRIMARY KEY (source, summary)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_condensed_summary ON memory_condensed (summary);

CREATE TABLE memory_vectors (
  seq INTEGER NOT NULL,
  model TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  digest INTEGER NOT NULL,         -- of the content it was made from, to make none twice
  record_digest INTEGER NOT NULL,  -- of the record then; another one makes the vector stale
  vector BLOB NOT NULL,            -- float32, unit length
  bits BLOB NOT NULL,              -- its signs
  PRIMARY KEY (model, dimensions, seq)
) STRICT;
CREATE INDEX memory_vectors_record ON memory_vectors (seq);
CREATE INDEX memory_vectors_digest ON memory_vectors (digest);

CREATE TRIGGER memory_records_inserted AFTER INSERT ON memory_records BEGIN
  INSERT INTO memory_text (rowid, content, terms, moment, scope)
    VALUES (new.seq, new.content, new.terms, new.moment, 'n' || new.namespace_id);
END;
CREATE TRIGGER memory_records_deleted AFTER DELETE ON memory_records BEGIN
  INSERT INTO memory_text (memory_text, rowid, content, terms, moment, scope)
    VALUES ('delete', old.seq, old.content, old.terms, old.moment, 'n' || old.namespace_id);
  UPDATE memory_namespaces SET records = records - 1 WHERE id = old.namespace_id;
  DELETE FROM memory_mentions WHERE seq = old.seq;
  DELETE FROM memory_aliases WHERE seq = old.seq;
  DELETE FROM memory_vectors WHERE seq = old.seq;
  DELETE FROM memory_condensed WHERE source = old.seq OR summary = old.seq;
  DELETE FROM memory_threads WHERE id = old.thread AND NOT EXISTS (SELECT 1 FROM memory_records WHERE thread = old.thread);
END;
CREATE TRIGGER memory_records_updated AFTER UPDATE OF content, terms, moment, namespace_id ON memory_records BEGIN
  INSERT INTO memory_text (memory_text, rowid, content, terms, moment, scope)
    VALUES ('delete', old.seq, old.content, old.terms, old.moment, 'n' || old.namespace_id);
  INSERT INTO memory_text (rowid, content, terms, moment, scope)
    VALUES (new.seq, new.content, new.terms, new.moment, 'n' || new.namespace_id);
END;
CREATE TRIGGER memory_mentions_deleted AFTER DELETE ON memory_mentions BEGIN
  UPDATE memory_names SET records = records - 1 WHERE id = old.name;
  DELETE FROM memory_names WHERE id = old.name AND records <= 0;
END;
`

/** What was tried and learnt, the notes that records stand in, and what a model read: each goes with its record. */
const thirdStep = `
CREATE TABLE memory_episodes (
  seq INTEGER PRIMARY KEY,         -- of its record
  outcome TEXT NOT NULL,
  sentiment TEXT NOT NULL,
  steps TEXT NOT NULL              -- JSON array of { tool, detail? }
) STRICT;
CREATE TABLE memory_lessons (
  seq INTEGER PRIMARY KEY,         -- of its record
  steps TEXT                       -- of a procedure, as above
) STRICT;
CREATE TABLE memory_evidence (
  lesson INTEGER NOT NULL,
  episode INTEGER NOT NULL,
  supports INTEGER NOT NULL,       -- 0 speaks against it
  PRIMARY KEY (lesson, episode)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_evidence_episode ON memory_evidence (episode);

CREATE TABLE memory_notes (
  id INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL,
  path TEXT NOT NULL,              -- below the folder of the wiki
  digest INTEGER NOT NULL,         -- of the block as it stood there
  seq INTEGER                      -- its record; without one it was forgotten, and must leave the note
) STRICT;
CREATE INDEX memory_notes_record ON memory_notes (seq);
CREATE INDEX memory_notes_path ON memory_notes (namespace_id, path);

CREATE TABLE memory_readings (
  seq INTEGER NOT NULL,            -- a record that
  model TEXT NOT NULL,             -- this model has read
  relations TEXT NOT NULL,         -- JSON array
  PRIMARY KEY (seq, model)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER memory_experience_deleted AFTER DELETE ON memory_records BEGIN
  DELETE FROM memory_episodes WHERE seq = old.seq;
  DELETE FROM memory_lessons WHERE seq = old.seq;
  DELETE FROM memory_evidence WHERE lesson = old.seq OR episode = old.seq;
  UPDATE memory_notes SET seq = NULL WHERE seq = old.seq;
  DELETE FROM memory_readings WHERE seq = old.seq;
END;
`

/** Reads names, aliases, claims and event times from the records that were there before. */
function annotateAll(db: SqlDatabase): void {
  const rows = db.prepare<{ seq: number; namespace_id: number; content: string; said_at: number }>(
    'SELECT seq, namespace_id, content, said_at FROM memory_records WHERE seq > ? ORDER BY seq LIMIT 500',
  )
  const set = db.prepare(
    'UPDATE memory_records SET happened_at = ?, happened_until = ?, subject = ?, attribute = ? WHERE seq = ?',
  )
  const links = prepareLinks(db)
  for (let page = rows.all(-1); page.length > 0; page = rows.all(page.at(-1)?.seq ?? -1)) {
    for (const { seq, namespace_id, content, said_at } of page) {
      const notes = annotate(content, said_at)
      set.run(
        notes.happened?.from ?? null,
        notes.happened?.to ?? null,
        notes.claim?.subject ?? null,
        notes.claim?.attribute ?? null,
        seq,
      )
      links(seq, namespace_id, notes)
    }
  }
}
