/** Names that every package of Salp shares. Portable: nothing here touches a runtime. */

export { type AddressKind, type CheckedUrl, checkUrl, classifyAddress } from './addresses.js'
export type { Clock } from './clock.js'
export {
  type ConfigEntry,
  ConfigError,
  type ConfigLayer,
  type ConfigSource,
  configSources,
  environmentLayer,
  flagLayer,
  type ResolvedConfig,
  resolveConfig,
} from './config.js'
export { describeError, SalpError, type SalpErrorOptions } from './errors.js'
export { createEventBus, type EventBus, type EventMap, type Publisher, type Subscriber } from './events.js'
export { createIdSource, type IdSource } from './ids.js'
export { type LogFields, type Logger, silentLogger } from './log.js'
export { createRedactor, type Redactor, redact } from './redact.js'
export { createRng, type Rng } from './rng.js'
export { type Migration, MigrationError, migrate, type SqlDatabase, type SqlStatement, type SqlValue } from './sql.js'
export {
  type BootstrapOptions,
  bootstrapCi,
  brierScore,
  calibrationError,
  type Forecast,
  holm,
  type Interval,
  logLoss,
  mean,
  type ReliabilityBin,
  reliabilityDiagram,
  signFlipTest,
  wilson,
} from './statistics.js'
export { cut, oneLine, toHex } from './text.js'
export { createTurns, type InTurn } from './turns.js'
