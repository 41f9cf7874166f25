/** Joins the texts of a person's message, for servers and templates that take one text only. */

import type { LanguageModelV4Middleware } from '@ai-sdk/provider'

/** Creates middleware that makes one part of a user's texts; messages with files stay as they are. */
export function joinTexts(): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    transformParams: async ({ params }) => ({
      ...params,
      prompt: params.prompt.map((message) => {
        if (message.role !== 'user' || message.content.length < 2) return message
        const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
        if (texts.length < message.content.length) return message
        return { ...message, content: [{ type: 'text', text: texts.join('\n\n') }] }
      }),
    }),
  }
}
