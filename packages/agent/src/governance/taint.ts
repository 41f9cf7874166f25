/** Keeps words of strangers from becoming what a dangerous call does, unless a person says so. */

import type { Source } from '../protocol.js'
import type { Assessment, Tool } from '../tool.js'
import { reachesNetwork } from '../tools/assess-command.js'
import { unassessed } from './assessment.js'
import type { Heard, HeardText, Hearing } from './heard.js'
import type { GovernedCall, Layer } from './pipeline.js'
import { field } from './source.js'
import { disguises, foldWords, holdsWords, quotes, sharesRun } from './words.js'

/** Why a call needs a person, for them to read. */
export interface Taint {
  /** One phrase, such as `holds text from https://example.com`. */
  readonly reason: string
}

/** Characters in a row, as words, by which a text counts as taken from another. */
const sharedRun = { workspace: 24, foreign: 16 } as const
/** Characters of what a session heard that are searched, the newest. What came before still counts as heard. */
const mostSearched = 2_000_000
/** Shortest text of a file that counts when the whole of it is used. */
const shortestOfFile = 12

/**
 * Whether a call is one that words of others may not decide.
 *
 * `foreign`: it runs a command that does more than look, reaches out, keeps something for later or harms files.
 * `workspace`: of those it is one that reaches out or harms, since running what lies in the workspace is ordinary work.
 */
function dangerOf(
  { effect, contained }: Pick<Tool, 'effect' | 'contained'>,
  input: unknown,
  { risk }: Pick<Assessment, 'risk'>,
): { readonly foreign: boolean; readonly workspace: boolean } {
  const high = risk.level === 'high'
  switch (effect) {
    case 'network':
      return { foreign: true, workspace: true }
    case 'execute':
      return { foreign: risk.level !== 'low', workspace: high || reachesNetwork(field(input, 'command') ?? '') }
    case 'write':
      return { foreign: high, workspace: high }
    case 'self':
      return { foreign: contained !== true, workspace: false }
    default:
      return { foreign: false, workspace: false }
  }
}

/**
 * Judges one call against what its session has heard.
 *
 * Each text of the input that the person said themselves is theirs. Of the others, one that stands in what came from elsewhere,
 * or shares a run of words with it, is theirs who wrote that. And once strangers had a word in the session, whatever the person
 * did not say counts as theirs: a text may come from them by a translation, a code or a summary.
 *
 * @returns Why a person has to see it; nothing if it may go on.
 */
export function judgeTaint(
  tool: Pick<Tool, 'effect' | 'contained'>,
  input: unknown,
  { assessment, heard }: { readonly assessment: Pick<Assessment, 'risk'>; readonly heard: Heard },
): Taint | undefined {
  const danger = dangerOf(tool, input, assessment)
  if (!danger.foreign && !danger.workspace) return undefined
  const address = bareAddress(tool, input)
  const foreign = danger.foreign ? heard.others.filter(({ source }) => source.trust === 'foreign') : []
  const workspace = danger.workspace ? heard.others.filter(({ source }) => source.trust === 'workspace') : []
  if (foreign.length === 0 && workspace.length === 0) return undefined
  if (address !== undefined && followsLink(address, foreign)) return undefined
  const unsaid = leavesOf(input, { numbers: tool.effect === 'network' && address === undefined })
    .filter((leaf) => counts(leaf, tool.effect))
    .filter((leaf) => !isSaid(leaf, tool.effect, heard))
  const holds = sourceIn(unsaid, foreign, 'foreign') ?? sourceIn(unsaid, workspace, 'workspace')
  if (holds !== undefined) return { reason: `holds text from ${describe(holds)}` }
  const free = tool.effect === 'self' ? unsaid.filter(isProse) : unsaid
  const [first] = foreign
  if (free.length === 0 || first === undefined) return undefined
  return { reason: `was not asked for in your words, and ${describe(first.source)} has been read` }
}

/** Whether a text could decide anything: plain words of a tool, such as `GET`, and signs could not. A command always could. */
function counts(leaf: string, effect: Tool['effect']): boolean {
  if (!/[\p{L}\p{N}]/u.test(leaf)) return false
  return effect === 'execute' || !/^[a-z_-]{1,9}$/i.test(leaf)
}

/** Whether the person said a text: to the letter where it is run or sent, in its words where it is kept. */
function isSaid(leaf: string, effect: Tool['effect'], { said, saidWords }: Heard): boolean {
  if (effect !== 'self') return said.some((text) => quotes(text, leaf))
  const words = foldWords(leaf)
  if (saidWords.some((text) => holdsWords(text, words))) return true
  const long = words.split(' ').filter((word) => word.length >= 4)
  return long.length > 0 && long.every((word) => saidWords.some((text) => text.includes(` ${word} `)))
}

function sourceIn(leaves: readonly string[], texts: readonly HeardText[], trust: Source['trust']): Source | undefined {
  const wanted = leaves.flatMap(disguises).map(foldWords)
  let searched = 0
  // The newest first: it is what a model goes by.
  for (const text of texts.toReversed()) {
    if (searched > mostSearched) return undefined
    searched += text.text.length
    const words = text.words()
    const holds = wanted.some(
      (leaf) =>
        ((trust === 'foreign' || leaf.length >= shortestOfFile) && holdsWords(words, leaf)) ||
        sharesRun(words, leaf, sharedRun[trust]),
    )
    if (holds) return text.source
  }
  return undefined
}

function isProse(leaf: string): boolean {
  return leaf.length >= 24 || leaf.trim().split(/\s+/).length >= 3
}

/** The address, where a call sends nothing else. */
function bareAddress({ effect }: Pick<Tool, 'effect'>, input: unknown): string | undefined {
  const texts = leavesOf(input, { numbers: false })
  const url = field(input, 'url')
  return effect === 'network' && texts.length === 1 && texts[0] === url ? url : undefined
}

/** Whether an address stands in a page of the same origin: nothing of ours is in it, and nobody new hears of it. */
function followsLink(address: string, texts: readonly HeardText[]): boolean {
  const origin = originOf(address)
  return (
    origin !== undefined && texts.some(({ source, text }) => originOf(source.name) === origin && text.includes(address))
  )
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined
}

/** Every text in plain data, and names of fields that hold more than a name. */
function leavesOf(value: unknown, options: { readonly numbers: boolean }): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return options.numbers ? [String(value)] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [
    ...(/\s|.{40}/.test(key) ? [key] : []),
    ...leavesOf(item, options),
  ])
}

function describe({ kind, name }: Source): string {
  const shown = name.length <= 120 ? name : `${name.slice(0, 119).toWellFormed()}…`
  if (kind === 'peer') return 'another agent'
  if (kind === 'command') return `the command "${shown}"`
  return kind === 'web' || kind === 'file' || kind === 'memory' ? shown : `the ${kind} ${shown}`
}

/**
 * Asks about calls that {@link judgeTaint} stops, whatever policy said.
 *
 * Such a call is of high risk, so that nothing approves it by itself, and approving it for the session covers this very input.
 */
export function taint(hearing: Hearing): Layer {
  return {
    name: 'taint',
    apply(call, next) {
      const assessment = call.assessment ?? unassessed
      const found = judgeTaint(call.tool, call.input, { assessment, heard: hearing.heard(call.context.sessionId) })
      return next(found === undefined ? call : tainted(call, found))
    },
  }
}

function tainted(call: GovernedCall, { reason }: Taint): GovernedCall {
  const reasons = [reason, ...(call.assessment?.risk.reasons ?? [])]
  const grant = `of strangers: ${call.tool.name}: ${JSON.stringify(call.input)}`
  return {
    ...call,
    tier: call.tier === 'two-key' ? 'two-key' : 'ask',
    taint: reason,
    assessment: { ...call.assessment, risk: { level: 'high', reasons }, grant },
  }
}
