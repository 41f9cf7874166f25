/** The tables of the registry, its quotas and its analytics, step by step. */

/** Steps without numbers: the package's own list gives them those. */
export const registrySteps: readonly { readonly name: string; readonly up: string }[] = [
  {
    name: 'endpoints',
    up: `
CREATE TABLE gateway_endpoints (
  slug TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  settings TEXT NOT NULL,           -- JSON, as endpointSettingsSchema has it
  created_at INTEGER NOT NULL,      -- times in ms since the epoch
  updated_at INTEGER NOT NULL,
  removed_at INTEGER                -- the slug stays its owner's
) STRICT;
`,
  },
  {
    name: 'free use',
    up: `
CREATE TABLE gateway_free_use (
  day INTEGER NOT NULL,             -- of UTC, since the epoch
  route TEXT NOT NULL,
  payer TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (day, route, payer)
) STRICT, WITHOUT ROWID;
`,
  },
  {
    name: 'traffic',
    up: `
CREATE TABLE gateway_traffic (
  slug TEXT NOT NULL,
  hour INTEGER NOT NULL,            -- of UTC, since the epoch
  hits INTEGER NOT NULL,
  challenges INTEGER NOT NULL,
  limited INTEGER NOT NULL,
  upstream_errors INTEGER NOT NULL,
  last_at INTEGER NOT NULL,         -- in ms since the epoch
  PRIMARY KEY (slug, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX gateway_traffic_hour ON gateway_traffic (hour);
CREATE TABLE gateway_latency (
  slug TEXT NOT NULL,
  hour INTEGER NOT NULL,
  up_to_ms INTEGER NOT NULL,        -- upper bound of the bucket; the last has -1
  answers INTEGER NOT NULL,
  PRIMARY KEY (slug, hour, up_to_ms)
) STRICT, WITHOUT ROWID;
`,
  },
]
