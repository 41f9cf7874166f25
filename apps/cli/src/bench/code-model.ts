/** The one language model that a solver asks. */

import type { LanguageModelV4 } from '@ai-sdk/provider'
import { createRng } from '@salp/core'
import type { CodeModel } from '@salp/eval'
import { createCascade, detectServers, detectSlots, type Slot, slotFromEndpoint, stripReasoning } from '@salp/models'
import { wrapLanguageModel } from 'ai'
import { UsageError } from '../cli-errors.js'
import type { ModelSettings } from '../doctor/models.js'
import type { Io } from '../io.js'

/** Makes a language model of the AI SDK one that solvers can ask; thinking that it writes as text is left out. */
export function codeModel(model: LanguageModelV4, name: string): CodeModel {
  const wrapped = wrapLanguageModel({ model, middleware: stripReasoning() })
  return {
    name,
    async reply(messages, { temperature, signal }) {
      const { content, usage, providerMetadata } = await wrapped.doGenerate({
        prompt: messages.map(({ role, text }) => ({ role, content: [{ type: 'text', text }] })),
        temperature,
        abortSignal: signal,
      })
      const costUsd = providerMetadata?.salp?.costUsd
      return {
        text: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
        tokens: (usage.inputTokens.total ?? 0) + (usage.outputTokens.total ?? 0),
        costUsd: typeof costUsd === 'number' ? costUsd : 0,
      }
    },
  }
}

/**
 * Finds the model: the one that is named, at the endpoint that is set; else on the servers of this machine, else by the keys of the
 * environment. It stands alone, so that what is measured is one model; what fails for a moment is tried again.
 *
 * @throws {@link UsageError} (`cli/usage`) if there is none.
 * @throws EndpointError (`models/unreachable`), or the signal's reason.
 */
export async function findCodeModel(
  { clock, environment, fetch }: Pick<Io, 'clock' | 'environment' | 'fetch'>,
  settings: Pick<ModelSettings, 'url' | 'name' | 'key' | 'detect'>,
  signal: AbortSignal,
): Promise<CodeModel> {
  const slot = await findSlot({ environment, fetch }, settings, signal)
  const cascade = createCascade({ clock, rng: createRng('bench') }, { slots: [slot] })
  return codeModel(cascade, slot.model.modelId)
}

async function findSlot(
  { environment, fetch }: Pick<Io, 'environment' | 'fetch'>,
  { url, name, key, detect }: Pick<ModelSettings, 'url' | 'name' | 'key' | 'detect'>,
  signal: AbortSignal,
): Promise<Slot> {
  if (url !== undefined) return slotFromEndpoint({ fetch }, { url, model: name, key }, { signal })
  if (detect && name !== undefined) {
    const server = (await detectServers({ fetch }, { signal })).find(({ models }) => models.includes(name))
    if (server !== undefined) return slotFromEndpoint({ fetch }, { url: server.url, model: name }, { signal })
  }
  const slots = detect ? await detectSlots({ fetch }, environment, { signal }) : []
  const slot = slots.find(({ model }) => name === undefined || model.modelId === name)
  if (slot !== undefined) return slot
  throw new UsageError(
    name === undefined
      ? 'There is no language model to ask: start a local server, set a key, or name an endpoint with --model-url'
      : `Cannot find the model "${name}": name its endpoint with --model-url`,
  )
}
