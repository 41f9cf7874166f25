/** What touches the machine: SQLite files, configuration files, the real clock, logs on disk. */

export { syncFolder, writeFileAtomically, writeFileDurably } from './atomic-file.js'
export { createSystemRng, systemClock } from './clock.js'
export { type LoadConfigOptions, loadConfig } from './config-file.js'
export { type Database, DatabaseError, type OpenDatabaseOptions, openDatabase } from './database.js'
export { createLogger, type LogLevel } from './logger.js'
