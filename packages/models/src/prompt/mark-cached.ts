/** Marks how far a prompt stays the same, for providers that cache only what they are told to. */

import type { LanguageModelV4Message, LanguageModelV4Middleware } from '@ai-sdk/provider'

const mark = { anthropic: { cacheControl: { type: 'ephemeral' } } } as const

/**
 * Creates middleware that marks the system prompt, and the last message: what the next step of a turn begins with.
 *
 * Others than Anthropic's models cache by themselves, and pass the mark over.
 */
export function markCached(): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    transformParams: async ({ params }) => {
      const lastSystem = params.prompt.findLastIndex(({ role }) => role === 'system')
      const marked = new Set([lastSystem, params.prompt.length - 1])
      return {
        ...params,
        prompt: params.prompt.map((message, index) => (marked.has(index) ? withMark(message) : message)),
      }
    },
  }
}

function withMark(message: LanguageModelV4Message): LanguageModelV4Message {
  return { ...message, providerOptions: { ...message.providerOptions, ...mark } }
}
