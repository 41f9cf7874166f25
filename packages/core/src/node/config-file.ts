/** Configuration of a process: file, environment, flags. */

import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import {
  ConfigError,
  type ConfigLayer,
  environmentLayer,
  flagLayer,
  type ResolvedConfig,
  resolveConfig,
} from '../config.js'

/** Where the layers of a configuration are. */
export interface LoadConfigOptions {
  /** A JSON file; one that does not exist is an empty layer. */
  readonly file: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What variables start with, such as `SALP`. */
  readonly prefix: string
  /** Dotted paths to values given on the command line. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Loads a configuration: defaults < file < environment < flags.
 *
 * @throws ConfigError (`core/config`) if the file is no JSON object, or a value does not fit.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  { file, environment, prefix, flags = {} }: LoadConfigOptions,
): ResolvedConfig<z.output<Schema>> {
  return resolveConfig(schema, [
    fileLayer(file),
    environmentLayer(schema, environment, prefix),
    flagLayer(schema, flags),
  ])
}

function fileLayer(file: string): ConfigLayer {
  const layer = (values: Readonly<Record<string, unknown>>): ConfigLayer => ({
    source: 'file',
    values,
    origin: () => file,
  })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return layer({})
    throw new ConfigError([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
  try {
    // Some editors put a byte order mark before the text.
    const values: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return layer({ ...values })
  } catch (error) {
    // Node quotes the text around the mistake, which may be a key.
    const why = (error as Error).message.replace(/,? (?:\.\.\.)?".*$/s, '')
    throw new ConfigError([`${file}: is not JSON: ${why}`])
  }
  throw new ConfigError([`${file}: expected a JSON object`])
}
