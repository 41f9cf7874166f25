/** The unified net: reads bytes of text, answers fast with classes or slowly with text, and learns all tasks together. */

import type { Example } from '../data/batches.js'
import { type Experience, errorClasses } from '../experience/record.js'
import { hidden } from '../layers.js'
import type { Tokenizer } from '../tokenizer/tokenizer.js'
import { defineTransformer, type TransformerModel } from '../transformer.js'
import { crossEntropyAt, meanOver } from './planner.js'
import { type GroupedExample, greatest, type NetTask } from './task.js'

/** Names of the special tokens, which take the first ids. The last four say what is asked. */
export const unifiedSpecials = ['<pad>', '<start>', '<end>', '<predict>', '<quality>', '<code>', '<plan>'] as const
const [padding, start, end] = [0, 1, 2]
const asks = { predict: 3, quality: 4, code: 5, plan: 6 } as const

/** Tokens of the vocabulary. */
export const unifiedWords = 8_192

/** Classes of the fast head: success, the errors, and twelve ranges of quality from bad to good. */
export const unifiedClasses: readonly string[] = [
  'success',
  ...errorClasses,
  ...Array.from({ length: 12 }, (_, range) => `quality ${range}`),
]

/** Sizes that a smaller net for tests may change. */
export interface UnifiedSize {
  readonly words?: number | undefined
  readonly width?: number | undefined
  readonly heads?: number | undefined
  readonly layers?: number | undefined
  /** Tokens read, and written, at most. */
  readonly reach?: number | undefined
  readonly length?: number | undefined
}

/** The unified net: an encoder and a decoder of three blocks each, width 384, six heads, 8,192 words; about 16 million weights. */
export function defineUnified({
  words = unifiedWords,
  width = 384,
  heads = 6,
  layers = 3,
  reach = 128,
  length = 128,
}: UnifiedSize = {}): TransformerModel {
  return defineTransformer({
    ...{ name: 'unified', words, width, heads, inner: 4 * width, layers, longest: length, drop: 0.1 },
    encoder: { layers, longest: reach, head: { widths: [256, unifiedClasses.length], weight: 0.5 } },
  })
}

/** What it is asked, in tokens. */
export function unifiedSource(tokenizer: Tokenizer, ask: keyof typeof asks, text: string, reach: number): number[] {
  return [asks[ask], ...tokenizer.encode(text)].slice(0, reach)
}

/** What the net reads of a record, and what it is to answer: a class, a text, or both. */
function lesson(record: Experience): { ask: keyof typeof asks; text: string; class?: string; answer?: string } {
  if (record.type === 'code') return { ask: 'code', text: record.instruction, answer: record.text }
  if (record.type === 'plan') return { ask: 'plan', text: record.goal, answer: record.steps.join(' ') }
  if (record.type === 'diff') {
    const counts = Object.entries(record.counts).filter(([, count]) => count !== 0)
    const range = Math.min(11, Math.floor((record.score + 1) * 6))
    return {
      ask: 'quality',
      text: counts.map(([name, count]) => `${name} ${count}`).join('; '),
      class: `quality ${range}`,
    }
  }
  const { kind, context, success, error } = record
  const rate = context.rates[kind] ?? 0.5
  const known = [
    `tier ${context.tier}`,
    `rate ${rate.toFixed(1)}`,
    `failures ${context.consecutiveFailures}`,
    `context ${context.contextUsed.toFixed(1)}`,
  ]
  if (context.typeChecked) known.push('type checked')
  return {
    ask: 'predict',
    text: `${kind}: ${known.join(', ')}. ${context.goal}`,
    class: success ? 'success' : (error ?? 'unknown'),
  }
}

/** Learns from everything in the log: code and plans by writing, steps and changes by the fast head. */
export function unifiedTask(
  tokenizer: Tokenizer,
  size: UnifiedSize & { readonly rows?: number | undefined } = {},
): NetTask {
  const { rows = 8, reach = 128, length = 128, words = unifiedWords } = size
  if (tokenizer.size > words)
    throw new RangeError(`Cannot use a tokenizer of ${tokenizer.size} tokens: there is room for ${words}`)
  for (const [id, name] of unifiedSpecials.entries()) {
    if (tokenizer.model.specials.get(name) !== id)
      throw new RangeError(`Cannot use a tokenizer whose token ${id} is not "${name}"`)
  }
  const example = (record: Experience): Example | undefined => {
    const { ask, text, class: label, answer } = lesson(record)
    if (record.type === 'plan' && !record.success) return undefined
    const source = unifiedSource(tokenizer, ask, text, reach)
    const target = answer === undefined ? [start] : [start, ...tokenizer.encode(answer), end].slice(0, length + 1)
    const row = (count: number, value: (at: number) => number): number[] =>
      Array.from({ length: count }, (_, at) => value(at))
    return {
      source: row(reach, (at) => source[at] ?? padding),
      mask: row(reach, (at) => (at < source.length ? 0 : hidden)),
      share: row(reach, (at) => (at < source.length ? 1 / source.length : 0)),
      ids: row(length, (at) => (at < target.length - 1 || at === 0 ? (target[at] ?? padding) : padding)),
      next: row(length, (at) => target[at + 1] ?? padding),
      weights: row(length, (at) => (at < target.length - 1 ? 1 : 0)),
      label: [Math.max(0, unifiedClasses.indexOf(label ?? 'success'))],
      each: [label === undefined ? 0 : 1],
    }
  }
  return {
    name: 'unified',
    net: defineUnified(size).net,
    sizes: { batch: rows, reach, length },
    purpose: 'Reads text and answers every kind of question of the other nets, fast with a class or slowly with text.',
    reads: [
      { name: 'what is asked', meaning: `one token: ${Object.keys(asks).join(', ')}` },
      { name: 'text', meaning: `at most ${reach - 1} tokens of a byte-level tokenizer of ${words}` },
    ],
    limits:
      'It is small: it learns the look of code before its meaning. What it writes is a proposal for the verifier, never an answer.',
    weights: ['weights', 'each'],
    rates: [0.0005],
    metric: 'cross-entropy in nats: of the next token where it writes, of the class where it answers fast',
    examples: (records) =>
      Array.from(records).flatMap((record): GroupedExample[] => {
        const found = example(record)
        return found === undefined ? [] : [{ group: record.group, example: found }]
      }),
    classes: {
      names: unifiedClasses,
      truth: ({ label, each }) => ((each?.[0] ?? 0) > 0 ? label?.[0] : undefined),
      said: ({ classes }) => greatest(classes),
    },
    error({ logits, classes }, { next, weights, label, each }) {
      if ((each?.[0] ?? 0) > 0) return crossEntropyAt(classes ?? new Float32Array(), label?.[0] ?? 0)
      return meanOver(weights, (at) =>
        crossEntropyAt((logits ?? new Float32Array()).subarray(at * words, (at + 1) * words), next?.[at] ?? 0),
      )
    },
    baseline(training) {
      // One count to everything that never came.
      const tokens = new Float64Array(words).fill(1)
      const classCounts = new Map<string, Float64Array>()
      const classesOf = (found: Example): Float64Array => {
        const ask = String(found.source?.[0])
        const counts = classCounts.get(ask) ?? new Float64Array(unifiedClasses.length).fill(1)
        classCounts.set(ask, counts)
        return counts
      }
      const add = (counts: Float64Array, index: number): void => {
        counts[index] = (counts[index] ?? 0) + 1
      }
      for (const found of training) {
        if ((found.each?.[0] ?? 0) > 0) add(classesOf(found), found.label?.[0] ?? 0)
        for (let at = 0; at < length; at++) if ((found.weights?.[at] ?? 0) > 0) add(tokens, found.next?.[at] ?? 0)
      }
      const surprise = (counts: Float64Array, index: number): number =>
        Math.log(counts.reduce((a, b) => a + b, 0) / (counts[index] ?? 1))
      const total = tokens.reduce((a, b) => a + b, 0)
      return {
        name: 'the frequency of each token, and of each class by what is asked',
        error: (found) =>
          (found.each?.[0] ?? 0) > 0
            ? surprise(classesOf(found), found.label?.[0] ?? 0)
            : meanOver(found.weights, (at) => Math.log(total / (tokens[found.next?.[at] ?? 0] ?? 1))),
      }
    },
  }
}
