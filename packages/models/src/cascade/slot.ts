/** A language model with what there is to know about asking it. */

import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Usage } from '@ai-sdk/provider'
import { z } from 'zod'
import type { SlotLimits, UsageSum } from './usage.js'

/** How able a model is; also how able a call asks it to be. */
export type ModelTier = 'fast' | 'standard' | 'capable'

/** Who may read a prompt: nobody else, a provider that promises not to train on it, or anyone. */
export type ModelPrivacy = 'local' | 'private' | 'shared'

/** Price of a model. */
export interface ModelPrice {
  /** Per million tokens. */
  readonly inputPerMillion: number
  /** Per million tokens. */
  readonly outputPerMillion: number
  readonly currency: 'USD'
}

/** One model of a cascade. */
export interface Slot {
  /** Unique within the cascade; counters are kept under it. */
  readonly name: string
  readonly model: LanguageModelV4
  /** Lower is asked first. */
  readonly priority: number
  readonly tier: ModelTier
  readonly privacy: ModelPrivacy
  /** @defaultValue no limits */
  readonly limits?: SlotLimits | undefined
  /** Largest prompt and answer together. A slot is passed over when the prompt alone is longer. */
  readonly contextTokens?: number | undefined
  readonly price?: ModelPrice | undefined
  /** Longest wait for the next part of a reply, in ms. @defaultValue that of the cascade */
  readonly silenceMs?: number | undefined
}

/** What a call may say about the slot it wants, under `providerOptions.salp`. */
export interface CascadeCallOptions {
  /** Slots nearest to it come first. */
  readonly tier?: ModelTier | undefined
  /** The least private slot that may be asked. @defaultValue `shared` */
  readonly privacy?: ModelPrivacy | undefined
  /** Name of a slot, or of a model, that is asked only when no other can be: for a second opinion. */
  readonly avoid?: string | undefined
  /** Comes back in events, so that they can be told apart. */
  readonly session?: string | undefined
}

const tiers: readonly ModelTier[] = ['fast', 'standard', 'capable']
const privacies: readonly ModelPrivacy[] = ['shared', 'private', 'local']
const callOptionsSchema: z.ZodType<CascadeCallOptions> = z.object({
  tier: z.enum(tiers).optional(),
  privacy: z.enum(privacies).optional(),
  avoid: z.string().optional(),
  session: z.string().optional(),
})

/** Reads `providerOptions.salp`. @throws RangeError if it says something unknown: a privacy that is not understood must not be ignored. */
export function cascadeCallOptions({ providerOptions }: LanguageModelV4CallOptions): CascadeCallOptions {
  const parsed = callOptionsSchema.safeParse(providerOptions?.salp ?? {})
  if (parsed.success) return parsed.data
  throw new RangeError(`Cannot call the cascade: providerOptions.salp: ${z.prettifyError(parsed.error)}`)
}

/** Whether a slot is at least as private as `floor`. */
export function isPrivateEnough(slot: Slot, floor: ModelPrivacy): boolean {
  return privacies.indexOf(slot.privacy) >= privacies.indexOf(floor)
}

/** Orders slots: those to avoid last, nearest tier first, then the abler of two equally near, then by priority, then as given. */
export function byPreference(
  slots: readonly Slot[],
  { tier, avoid }: Pick<CascadeCallOptions, 'tier' | 'avoid'>,
): Slot[] {
  const rank = (slot: Slot): number => {
    if (tier === undefined) return 0
    const distance = tiers.indexOf(slot.tier) - tiers.indexOf(tier)
    return distance >= 0 ? 2 * distance : -2 * distance + 1
  }
  const isAvoided = ({ name, model }: Slot): number => Number(avoid === name || avoid === model.modelId)
  return [...slots].sort((a, b) => isAvoided(a) - isAvoided(b) || rank(a) - rank(b) || a.priority - b.priority)
}

/** Estimates a prompt's tokens at four characters each; only for passing over slots it cannot fit. */
export function estimatePromptTokens({ prompt, tools = [] }: LanguageModelV4CallOptions): number {
  const text = JSON.stringify([prompt, tools], (_, value: unknown) => (value instanceof Uint8Array ? '' : value))
  return Math.ceil(text.length / 4)
}

/** What a reply used, as the provider reported it. */
export function usageOf({ price }: Slot, usage: LanguageModelV4Usage): Omit<UsageSum, 'requests'> {
  const inputTokens = usage.inputTokens.total ?? 0
  const outputTokens = usage.outputTokens.total ?? 0
  const cost = inputTokens * (price?.inputPerMillion ?? 0) + outputTokens * (price?.outputPerMillion ?? 0)
  return { inputTokens, outputTokens, costUsd: cost / 1_000_000 }
}
