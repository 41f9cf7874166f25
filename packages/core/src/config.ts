/** Configuration from layers, where each value can say where it came from. */

import type { z } from 'zod'
import { SalpError } from './errors.js'

/** Where a value came from, weakest first. */
export const configSources = ['default', 'file', 'environment', 'flag'] as const

/** One of {@link configSources}. */
export type ConfigSource = (typeof configSources)[number]

/** One value and its origin. */
export interface ConfigEntry {
  /** Dotted path, such as `server.port`. */
  readonly path: string
  /** The value, or `[secret]` in place of one that must not be shown. */
  readonly value: unknown
  readonly source: ConfigSource
  /** File path, variable or flag that gave it; for a default, what the field is for. */
  readonly origin: string
  /** Whether the value is hidden. */
  readonly secret: boolean
}

/** A layer above the defaults: nested plain data, and where each of its values comes from. */
export interface ConfigLayer {
  readonly source: Exclude<ConfigSource, 'default'>
  readonly values: Readonly<Record<string, unknown>>
  /** Names the origin of the value at a dotted path. */
  origin(path: string): string
}

/** A parsed configuration and the story of its values. */
export interface ResolvedConfig<T> {
  readonly value: T
  /** Every leaf, in the order of the schema. */
  readonly entries: readonly ConfigEntry[]
}

/**
 * Merges layers over the defaults of a schema and parses the result.
 *
 * Fields marked `.meta({ secret: true })` are hidden in the entries; `.meta({ env: 'NAME' })` names a field's variable for {@link environmentLayer}.
 *
 * @param schema - An object schema in which every field has a default or is optional.
 * @param layers - Later ones win, value by value; a list is replaced whole.
 * @throws {@link ConfigError} (`core/config`) naming each bad value with its origin, and unknown names.
 */
export function resolveConfig<Schema extends z.ZodObject>(
  schema: Schema,
  layers: readonly ConfigLayer[],
): ResolvedConfig<z.output<Schema>> {
  const fields = leaves(schema)
  const merged = layers.reduce<Record<string, unknown>>((base, layer) => merge(base, layer.values), {})
  const unknown = layers.flatMap((layer) =>
    paths(layer.values, fields)
      .filter((path) => !fields.some((field) => field.path === path))
      .map((path) => `${layer.origin(path)}: "${path}" is not a setting`),
  )
  const givenBy = (path: string): ConfigLayer | undefined =>
    layers.findLast((layer) => at(layer.values, path) !== undefined)
  const parsed = schema.safeParse(merged)
  const invalid = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const full = issue.path.join('.')
        // What is wrong inside a list belongs to the setting that holds the list.
        const path = fields.find((field) => full.startsWith(`${field.path}.`))?.path ?? full
        return `${givenBy(path)?.origin(path) ?? 'default'}: "${path}": ${issue.message}`
      })
  if (unknown.length + invalid.length > 0 || !parsed.success) throw new ConfigError([...unknown, ...invalid])
  const entries = fields.map(({ path, secret, description }): ConfigEntry => {
    const layer = givenBy(path)
    const found = at(parsed.data, path)
    const value = secret && found !== undefined ? '[secret]' : found
    return { path, value, secret, source: layer?.source ?? 'default', origin: layer?.origin(path) ?? description }
  })
  return { value: parsed.data, entries }
}

/**
 * Reads the layer that environment variables make: fields with `.meta({ env })`, and `PREFIX_SERVER_PORT` for `server.port`.
 *
 * Text is turned into numbers, booleans and lists (split at commas) where the field asks for one. Empty variables count as unset.
 */
export function environmentLayer(
  schema: z.ZodObject,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
): ConfigLayer {
  const values: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const field of leaves(schema)) {
    const own = `${prefix}_${field.path.replaceAll('.', '_').replace(/([a-z])([A-Z])/g, '$1_$2')}`.toUpperCase()
    const name = [own, ...field.env].find((candidate) => (environment[candidate] ?? '') !== '')
    const text = name === undefined ? undefined : environment[name]
    if (name === undefined || text === undefined) continue
    put(values, field.path, fromText(text, field.kind))
    origins.set(field.path, name)
  }
  return { source: 'environment', values, origin: (path) => origins.get(path) ?? prefix }
}

/** Makes the layer of command-line flags: dotted paths to text or values. */
export function flagLayer(schema: z.ZodObject, flags: Readonly<Record<string, unknown>>): ConfigLayer {
  const values: Record<string, unknown> = {}
  const kinds = new Map(leaves(schema).map((field) => [field.path, field.kind]))
  for (const [path, value] of Object.entries(flags)) {
    if (value === undefined) continue
    put(values, path, typeof value === 'string' ? fromText(value, kinds.get(path)) : value)
  }
  return { source: 'flag', values, origin: (path) => `--${path}` }
}

interface Leaf {
  readonly path: string
  readonly kind: string | undefined
  readonly env: readonly string[]
  readonly secret: boolean
  readonly description: string
}

/** Every setting of a schema, depth first. */
function leaves(schema: z.ZodObject, prefix = ''): Leaf[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const path = `${prefix}${key}`
    const inner = unwrap(field as z.ZodType)
    if (inner.def.type === 'object') return leaves(inner as z.ZodObject, `${path}.`)
    const meta: Readonly<Record<string, unknown>> = { ...inner.meta(), ...(field as z.ZodType).meta() }
    const env = typeof meta.env === 'string' ? [meta.env] : []
    return {
      path,
      kind: inner.def.type,
      env,
      secret: meta.secret === true,
      description: String(meta.description ?? ''),
    }
  })
}

/** Takes defaults and optionals off a schema. */
function unwrap(schema: z.ZodType): z.ZodType {
  const inner = (schema.def as { innerType?: z.ZodType }).innerType
  return inner === undefined ? schema : unwrap(inner)
}

const booleans = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
])

/** Turns text into what a field asks for; text that does not fit stays, for the schema to refuse. */
function fromText(text: string, kind: string | undefined): unknown {
  if (kind === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  if (kind === 'boolean') return booleans.get(text.toLowerCase()) ?? text
  if (kind === 'array') {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }
  return text
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = result[key]
    result[key] = isRecord(before) && isRecord(value) ? merge(before, value) : value
  }
  return result
}

/** Dotted paths of the values in `values`, not going below a setting. */
function paths(values: Readonly<Record<string, unknown>>, fields: readonly Leaf[], prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${prefix}${key}`
    const known = fields.some((field) => field.path === path)
    return isRecord(value) && !known ? paths(value, fields, `${path}.`) : [path]
  })
}

function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), values)
}

function put(values: Record<string, unknown>, path: string, value: unknown): void {
  const [head = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    values[head] = value
    return
  }
  const inner = isRecord(values[head]) ? { ...values[head] } : {}
  put(inner, rest.join('.'), value)
  values[head] = inner
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Settings that cannot be used. */
export class ConfigError extends SalpError {
  /** One line each, with the origin of the value. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super('core/config', `Cannot use the configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}
