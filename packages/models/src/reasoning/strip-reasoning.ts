/** Middleware that turns thinking written as tagged text into reasoning parts. */

import type { LanguageModelV4Content, LanguageModelV4Middleware, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { createReasoningSplitter, type ReasoningSegment } from './split-reasoning.js'

/**
 * Creates middleware after which no text part holds a thinking tag, see {@link createReasoningSplitter}.
 *
 * In a stream, text passes through at once except while it may be a tag. If a tag is never closed and the reply holds
 * neither other text nor a tool call, the thinking is given as text too, at the end.
 */
export function stripReasoning(): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate }) {
      const result = await doGenerate()
      return { ...result, content: stripContent(result.content) }
    },
    async wrapStream({ doStream }) {
      const { stream, ...result } = await doStream()
      return { ...result, stream: stream.pipeThrough(stripStream()) }
    },
  }
}

function stripContent(content: readonly LanguageModelV4Content[]): LanguageModelV4Content[] {
  let unclosed = ''
  const stripped = content.flatMap((part): LanguageModelV4Content[] => {
    if (part.type !== 'text') return [part]
    const splitter = createReasoningSplitter()
    const segments = join([...splitter.push(part.text), ...splitter.end()])
    unclosed ||= splitter.unclosed()
    return segments.map(({ kind, text }) => (kind === 'text' ? { ...part, text } : { type: 'reasoning', text }))
  })
  const answered = stripped.some((part) => part.type === 'text' || part.type === 'tool-call')
  return answered || unclosed === '' ? stripped : [...stripped, { type: 'text', text: unclosed }]
}

function join(segments: readonly ReasoningSegment[]): ReasoningSegment[] {
  const joined: ReasoningSegment[] = []
  for (const { kind, text } of segments) {
    const last = joined.at(-1)
    if (last?.kind === kind) joined[joined.length - 1] = { kind, text: last.text + text }
    else joined.push({ kind, text })
  }
  return joined
}

type Controller = TransformStreamDefaultController<LanguageModelV4StreamPart>

function stripStream(): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const blocks = new Map<string, ReturnType<typeof createBlock>>()
  let answered = false
  let unclosed = ''
  return new TransformStream({
    transform(part, controller) {
      switch (part.type) {
        case 'text-start':
          blocks.set(part.id, createBlock(part.id))
          return
        case 'text-delta':
          blocks.get(part.id)?.push(part.delta, controller)
          return
        case 'text-end': {
          const ended = blocks.get(part.id)?.end(controller)
          answered ||= ended?.answered === true
          unclosed ||= ended?.unclosed ?? ''
          blocks.delete(part.id)
          return
        }
        case 'finish': {
          if (!answered && unclosed !== '') {
            const id = 'unclosed'
            controller.enqueue({ type: 'text-start', id })
            controller.enqueue({ type: 'text-delta', id, delta: unclosed })
            controller.enqueue({ type: 'text-end', id })
          }
          break
        }
        case 'tool-call':
          answered = true
      }
      controller.enqueue(part)
    },
  })
}

/** One text block of a stream, sent on as as many blocks as its kinds alternate. */
function createBlock(id: string) {
  const splitter = createReasoningSplitter()
  let current: { kind: ReasoningSegment['kind']; id: string } | undefined
  let count = 0
  let answered = false
  const close = (controller: Controller): void => {
    if (current !== undefined) controller.enqueue({ type: `${current.kind}-end`, id: current.id })
    current = undefined
  }
  const send = (segments: readonly ReasoningSegment[], controller: Controller): void => {
    for (const { kind, text } of segments) {
      if (current?.kind !== kind) {
        close(controller)
        current = { kind, id: count === 0 ? id : `${id}-${count}` }
        count++
        controller.enqueue({ type: `${kind}-start`, id: current.id })
      }
      answered ||= kind === 'text'
      controller.enqueue({ type: `${kind}-delta`, id: current.id, delta: text })
    }
  }
  return {
    push: (delta: string, controller: Controller): void => send(splitter.push(delta), controller),
    end(controller: Controller): { answered: boolean; unclosed: string } {
      send(splitter.end(), controller)
      close(controller)
      return { answered, unclosed: splitter.unclosed() }
    },
  }
}
