/** Turns what was found into slots of a cascade. */

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { ModelTier, Slot } from '../cascade/slot.js'
import {
  type DetectedKey,
  type DetectedServer,
  type DetectionDeps,
  detectKeys,
  detectServers,
  EndpointError,
  listModels,
} from './detect.js'

/** Variables that name one endpoint; the URL suffices. */
export interface ModelEndpoint {
  /** Base URL of any OpenAI-compatible endpoint: `SALP_MODEL_URL`. */
  readonly url: string
  /** `SALP_MODEL`. @defaultValue the best of those it offers, see {@link preferredModel} */
  readonly model?: string | undefined
  /** `SALP_MODEL_KEY`. */
  readonly key?: string | undefined
}

/**
 * Makes the slot of one endpoint.
 *
 * @throws {@link EndpointError} (`models/unreachable`) if no model is named and the endpoint does not tell of one.
 * @throws The signal's reason if it aborts.
 */
export async function slotFromEndpoint(
  { fetch }: DetectionDeps,
  { url, model, key }: ModelEndpoint,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Slot> {
  if (!URL.canParse(url)) throw new EndpointError(url, 'it is not a URL')
  const modelId = model ?? preferredModel(await listModels({ fetch }, url, { key, signal }))
  if (modelId === undefined) throw new EndpointError(url, 'it offers no model that can chat')
  return {
    name: 'endpoint',
    model: compatibleModel({ fetch }, { name: 'endpoint', url, key, modelId }),
    priority: 0,
    tier: tierOfModel(modelId),
    privacy: isLoopback(url) ? 'local' : 'private',
  }
}

/** Makes a slot of each server that answered, with its best model. Local, unlimited, and asked before any with a key. */
export function slotsFromServers({ fetch }: DetectionDeps, servers: readonly DetectedServer[]): Slot[] {
  return servers.flatMap(({ name, url, models }, index) => {
    const modelId = preferredModel(models)
    if (modelId === undefined) return []
    const model = compatibleModel({ fetch }, { name, url, modelId })
    return [{ name, model, priority: 10 + index, tier: tierOfModel(modelId), privacy: 'local' as const }]
  })
}

/** Makes a slot of each key that was found. Loads only the providers that are needed. */
export async function slotsFromKeys({ fetch }: DetectionDeps, keys: readonly DetectedKey[]): Promise<Slot[]> {
  return Promise.all(
    keys.map(async ({ provider, key }, index): Promise<Slot> => {
      const { name, tier, privacy, limits } = provider
      return { name, model: await keyedModel({ fetch }, provider, key), priority: 100 + index, tier, privacy, limits }
    }),
  )
}

/**
 * Finds every model there is to use.
 *
 * `SALP_MODEL_URL`, with `SALP_MODEL` and `SALP_MODEL_KEY`, is the only slot when it is set: what was asked for by name is
 * not mixed with what was found by looking.
 *
 * @returns Slots in order of priority; none if nothing was found.
 * @throws As {@link slotFromEndpoint} does.
 */
export async function detectSlots(
  deps: DetectionDeps,
  environment: Readonly<Record<string, string | undefined>>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Slot[]> {
  const { SALP_MODEL_URL: url = '', SALP_MODEL: model, SALP_MODEL_KEY: key } = environment
  if (url.trim() !== '') {
    return [
      await slotFromEndpoint(deps, { url: url.trim(), model: model || undefined, key: key || undefined }, options),
    ]
  }
  const servers = await detectServers(deps, options)
  return [...slotsFromServers(deps, servers), ...(await slotsFromKeys(deps, detectKeys(environment)))]
}

/** Families that call tools well, best first. */
const families = [/qwen-?3/i, /gpt-oss/i, /llama-?[34]/i, /mistral|ministral|devstral/i, /qwen-?2\.5/i, /gemma-?[34]/i]

/** Chooses among models of one server: the family that calls tools best, the first of it. */
export function preferredModel(ids: readonly string[]): string | undefined {
  for (const family of families) {
    const id = ids.find((candidate) => family.test(candidate))
    if (id !== undefined) return id
  }
  return ids[0]
}

/** Guesses a tier from the billions of parameters in a name, such as `qwen3:14b`. Up to 4 is fast, from 30 on capable. */
export function tierOfModel(id: string): ModelTier {
  const billions = Number(/(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b\b/i.exec(id)?.[1] ?? Number.NaN)
  if (billions <= 4) return 'fast'
  return billions >= 30 ? 'capable' : 'standard'
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}

function compatibleModel(
  { fetch }: DetectionDeps,
  { name, url, key, modelId }: { name: string; url: string; key?: string | undefined; modelId: string },
): LanguageModelV4 {
  const settings = { name, baseURL: url, fetch, includeUsage: true, supportsStructuredOutputs: true }
  return createOpenAICompatible(key === undefined ? settings : { ...settings, apiKey: key })(modelId)
}

async function keyedModel(
  { fetch }: DetectionDeps,
  { name, protocol, url = '', model }: DetectedKey['provider'],
  key: string,
): Promise<LanguageModelV4> {
  switch (protocol) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ apiKey: key, fetch })(model)
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google')
      return createGoogle({ apiKey: key, fetch })(model)
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey: key, fetch })(model)
    }
    case 'openai-compatible':
      return compatibleModel({ fetch }, { name, url, key, modelId: model })
  }
}
