/** The tables of the memory, step by step. */

import type { Migration } from '@salp/core'

/**
 * Steps for `migrate(db, 'memory', memoryMigrations)` of core. Tables carry the prefix `memory_`.
 *
 * Indexes are keyed by `seq`, so that a delete can never shift a record against them. The full text stands beside the
 * records (external content) and triggers keep it; its `terms` hold what the tokenizer misses, its `scope` the namespace,
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
]
