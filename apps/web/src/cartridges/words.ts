/** Plain words for what cartridges are made of. */

import type { Capability, Kind, Language } from '@salp/cartridge'
import type { IconName } from '../design/icon.js'

/** What a kind is called, what it is for, and its sign. */
export const kindWords: Readonly<
  Record<Kind, { readonly name: string; readonly means: string; readonly icon: IconName }>
> = {
  interactive: { name: 'Game', means: 'a picture that moves, with keys and pointer', icon: 'play' },
  frontend: { name: 'App', means: 'a page with buttons, fields and lists', icon: 'panel' },
  backend: { name: 'Service', means: 'answers HTTP requests, free or for a price', icon: 'globe' },
  cognitive: { name: 'Thought', means: 'a function the agent itself may use', icon: 'mind' },
}

/** What a language is called. */
export const languageWords: Readonly<Record<Language, string>> = {
  assemblyscript: 'AssemblyScript',
  script: 'TypeScript',
  rust: 'Rust',
}

/** Languages that a kind can be written in, of those that the node has a compiler for, the usual one first. */
export function languagesOf(kind: Kind, offered: readonly Language[]): readonly Language[] {
  return offered.filter((language) => kind !== 'interactive' || language !== 'script')
}

/** What each permission lets a cartridge do. */
export const capabilityWords: Readonly<Record<Capability, { readonly name: string; readonly means: string }>> = {
  log: { name: 'Write to its log', means: 'Lines you can read beside the code. At most 200 a call.' },
  kv: { name: 'Keep keys and values', means: 'Its own, out of reach of others: 10,000 keys, 8 MB in all.' },
  clock: { name: 'Tell the time', means: 'The date and the time of day, in whole milliseconds.' },
  entropy: { name: 'Roll dice', means: 'Numbers by chance. Good for games and ids, not for secrets.' },
  payment: {
    name: 'See who paid',
    means: 'Payer, amount and transaction of the request it answers, once they are verified.',
  },
  call: { name: 'Call other cartridges', means: 'Services named below, no others. What they use counts as its own.' },
  http: { name: 'Ask other machines', means: 'The hosts it names, as far as the operator lets cartridges reach them.' },
  simd: {
    name: 'Use wide instructions',
    means: 'Four numbers at once, for code that computes a lot. No reach beyond itself.',
  },
}

/** Where a build failed, in words, if its message does not say that itself. */
export const stageWords = {
  compile: '',
  check: 'It is not let in. ',
  trial: 'It failed its trial. ',
  tests: '',
} as const

const trapWords: Readonly<Record<string, string>> = {
  'cartridge/fuel': 'It computed for too long and was stopped. Is there a loop that never ends?',
  'cartridge/stack': 'Its functions called each other too deep. Is there a recursion without an end?',
  'cartridge/trap': 'It did something impossible, such as reading past the end of a list.',
  'cartridge/bounds': 'It reached outside its own memory.',
  'cartridge/limit': 'It passed a limit.',
  'cartridge/response': 'What it answered has the wrong form.',
  'cartridge/abort': 'It gave up by itself.',
  'cartridge/host-calls': 'It asked for too much from outside in one call.',
  'cartridge/stopped': 'A person stopped it.',
  'cartridge/timeout': 'It did not answer in time and was ended. Nothing else was held up.',
}

/** What an ended call means to its author: in plain words, and what was said exactly. */
export function explainTrap(error: unknown): { readonly title: string; readonly detail: string } {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const message =
    error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
      ? String(error.message)
      : String(error)
  return { title: trapWords[code] ?? 'It stopped.', detail: message }
}

/** `120k`, `1.2M`: units of fuel. */
export { formatCount as formatFuel } from '../format/quantity.js'
