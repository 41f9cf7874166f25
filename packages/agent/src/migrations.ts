/** The agent's tables. */

import type { Migration } from '@salp/core'
import { workMigration } from './autonomy/work-store.js'
import { digestMigration } from './context/compactor.js'
import { auditSealMigration } from './governance/audit.js'
import { taskMigration, taskPlanMigration } from './tasks.js'

/** Steps for `migrate(db, 'agent', agentMigrations)`. */
export const agentMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'sessions, turns, calls, events, approvals, audit',
    up: `
      CREATE TABLE agent_sessions (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE agent_turns (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        channel TEXT NOT NULL, input TEXT NOT NULL, status TEXT NOT NULL, started_at INTEGER NOT NULL,
        finished_at INTEGER, result TEXT
      ) STRICT;
      CREATE INDEX agent_turns_session ON agent_turns (session_id, started_at);
      CREATE INDEX agent_turns_running ON agent_turns (status) WHERE status = 'running';
      CREATE TABLE agent_messages (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        turn_id TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL
      ) STRICT;
      CREATE INDEX agent_messages_session ON agent_messages (session_id, position);
      CREATE TABLE agent_calls (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        turn_id TEXT NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT
      ) STRICT;
      CREATE INDEX agent_calls_session ON agent_calls (session_id);
      CREATE INDEX agent_calls_turn ON agent_calls (turn_id);
      CREATE TABLE agent_events (
        sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL,
        session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        turn_id TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL
      ) STRICT;
      CREATE INDEX agent_events_session ON agent_events (session_id, sequence);
      CREATE INDEX agent_events_turn ON agent_events (turn_id, sequence);
      CREATE TABLE agent_approvals (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        turn_id TEXT NOT NULL, call_id TEXT NOT NULL UNIQUE, tool TEXT NOT NULL, input TEXT NOT NULL,
        effect TEXT NOT NULL, risk TEXT NOT NULL, covers TEXT NOT NULL, status TEXT NOT NULL,
        requested_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, decided_at INTEGER, decision TEXT
      ) STRICT;
      CREATE INDEX agent_approvals_status ON agent_approvals (status);
      CREATE TABLE agent_grants (
        session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE, covers TEXT NOT NULL,
        PRIMARY KEY (session_id, covers)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE agent_questions (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES agent_sessions (id) ON DELETE CASCADE,
        turn_id TEXT NOT NULL, call_id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, options TEXT NOT NULL,
        asked_at INTEGER NOT NULL, answer TEXT, answered_at INTEGER
      ) STRICT;
      CREATE TABLE agent_audit (
        sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, session_id TEXT NOT NULL, turn_id TEXT NOT NULL,
        call_id TEXT NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL, result TEXT NOT NULL,
        previous_hash TEXT NOT NULL, hash TEXT NOT NULL
      ) STRICT;
      CREATE TABLE agent_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  { version: 2, name: 'tasks', up: taskMigration },
  {
    version: 3,
    name: 'turns without anybody, work on tasks',
    up: `
      ALTER TABLE agent_turns ADD COLUMN unattended INTEGER NOT NULL DEFAULT 0;
      ${workMigration}
    `,
  },
  { version: 4, name: 'signatures of the record', up: auditSealMigration },
  { version: 5, name: 'plans of tasks', up: taskPlanMigration },
  { version: 6, name: 'digests of conversations', up: digestMigration },
  { version: 7, name: 'what approvals were given for', up: 'ALTER TABLE agent_approvals ADD COLUMN basis TEXT;' },
]
