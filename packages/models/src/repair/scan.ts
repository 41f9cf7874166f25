/** Goes through a reply once, from start to end, and tells calls from everything that only looks like one. */

import { callsIn, type Reading, readJsonCall, readNameAndInput, readTagged, readWritten } from './formats.js'
import type { RawCall } from './raw-calls.js'
import { closingIndex } from './tolerant-json.js'
import { editDistance, type Toolbox } from './toolbox.js'

/** Calls at a place in a text. */
export interface Finding {
  readonly start: number
  readonly end: number
  readonly calls: readonly RawCall[]
  readonly truncated: boolean
  readonly explicit: boolean
}

/** Scans a text that grows. */
export interface Scanner {
  /** Adds text. @returns How much of all the text so far is certainly prose. */
  push(piece: string): number
  /** Ends the text. @returns Every call in it, in order. */
  end(): Finding[]
  /** All text so far. */
  text(): string
}

type Step =
  | { readonly type: 'prose'; readonly end: number }
  | { readonly type: 'code'; readonly end: number; readonly marker: string }
  | { readonly type: 'calls'; readonly reading: Reading }
  | { readonly type: 'undecided' }

/** Words after which what follows is an explanation, not an act. */
const explains =
  /\b(?:examples?|e\.g|for instance|such as|like (?:this|so)|looks? like|would (?:be|look|call|use)|could (?:be|call|use)|formats?|formatted|syntax|schema|usage|signature|template|documentation|docs|you(?:'d|’d| would| can| could| may| might| should| need)|to call (?:it|this|the)|is called|are called|shows?|showed|means|expects?|accepts?|returns?|returned|responded|instead of|never|don['’]t|do not|not to|changed|applied|committed|contains?|defined|definition|output|response|reply|previously|earlier)\b/i
const explainsAfter =
  /^\s*(?:\S+\s+){0,3}(?:would|will|means|is (?:an? |the |how|what)|shows?|returns?|example|format|syntax|you (?:can|could|would|should|may)|can be|was|were|has been|replace|where\b|note that)/i

/** Creates a scanner. */
export function createScanner(toolbox: Toolbox): Scanner {
  let text = ''
  let position = 0
  let fence: string | undefined
  let held: number | undefined
  let scanAt = 0

  /** Goes on from `position`. @returns The findings, or only the first of them while the text still grows. */
  const scan = (final: boolean): Finding[] => {
    const findings: Finding[] = []
    while (position < text.length) {
      if (fence !== undefined) {
        const close = closingFence(text, position, fence)
        if (close === undefined) {
          position = text.lastIndexOf('\n') + 1
          return findings
        }
        position = close
        fence = undefined
        continue
      }
      const next = nextMark(text, position)
      if (next > position) {
        position = next
        continue
      }
      const step = stepAt(text, position, toolbox, final)
      if (step.type === 'undecided') return findings
      if (step.type === 'calls') {
        const { calls, end, truncated, explicit } = step.reading
        findings.push({ start: position, end, calls, truncated, explicit })
        if (!final) return findings
        position = end
      } else {
        position = step.end
        if (step.type === 'code') fence = step.marker
      }
    }
    return findings
  }

  return {
    text: () => text,
    push(piece) {
      text += piece
      if (held === undefined && text.length >= scanAt) {
        const [first] = scan(false)
        if (first !== undefined) held = first.start
        // What is held back is looked at again and again: when it is long, only once it has grown by a tenth.
        scanAt = text.length + Math.max(0, text.length - position - 2_000) / 10
      }
      const certain = held ?? (fence === undefined ? position : text.length)
      return text.slice(0, certain).trimEnd().length
    },
    end() {
      position = held ?? position
      return scan(true).filter(
        (finding, index, all) =>
          finding.explicit || !isExplainedAfter(text, finding.end, all[index + 1]?.start ?? text.length),
      )
    },
  }
}

/** Whether the prose after a place says that it was an example. */
function isExplainedAfter(text: string, end: number, until: number): boolean {
  const after = text.slice(end, until)
  return explainsAfter.test(after.split('\n').find((line) => line.trim() !== '') ?? '')
}

/** Places where something other than prose may begin: line starts, tags, and after the end of a sentence or a colon. */
const mark = /(?<=^|\n)[ \t]*\S|<|\[TOOL_CALL|(?<=[.!?:：。！][ \t]+)\S/g

function nextMark(text: string, from: number): number {
  mark.lastIndex = from
  const match = mark.exec(text)
  if (match === null) return text.length
  return match.index + (match[0].startsWith('[TOOL_CALL') ? 0 : match[0].length - 1)
}

function stepAt(text: string, start: number, toolbox: Toolbox, final: boolean): Step {
  const prose: Step = { type: 'prose', end: start + 1 }
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  if (isInCode(before)) return prose
  const startsLine = before.trim() === ''
  if (startsLine && /^(?:```|~~~)/.test(text.slice(start, start + 3))) return fenceAt(text, start, toolbox, final)
  if (startsLine && !final && /^(?:`{1,2}|~{1,2})$/.test(text.slice(start))) return { type: 'undecided' }
  const rest = text.slice(start, start + 4_000)
  if (rest.startsWith('<') || rest.startsWith('[TOOL')) return tagAt(text, start, toolbox, final, startsLine)
  if (startsLine && /^(?:diff --git |--- )/.test(rest)) {
    const patch = diffAt(text, start, toolbox)
    if (patch === undefined) return couldBeDiff(rest, toolbox) && !final ? { type: 'undecided' } : prose
    return isExplained(text, start)
      ? { type: 'prose', end: patch.end }
      : final
        ? { type: 'calls', reading: patch }
        : { type: 'undecided' }
  }
  if (!final && startsLine && couldBeDiff(rest, toolbox)) return { type: 'undecided' }
  if (/^[{[]/.test(rest)) return jsonAt(text, start, toolbox, final)
  return lineAt(text, start, toolbox, final)
}

/** Whether a line so far ends within a span of code. */
function isInCode(before: string): boolean {
  return (before.match(/`/g)?.length ?? 0) % 2 === 1 && before.trim() !== '`'
}

/** Whether the words before a place say that what follows is an example. */
function isExplained(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 240), start).trimEnd()
  const sentence =
    before
      .split(/\n\s*\n/)
      .at(-1)
      ?.split(/(?<=[.!?])\s+/)
      .slice(-2)
      .join(' ') ?? ''
  return explains.test(sentence)
}

function accept(text: string, start: number, reading: Reading, final: boolean): Step {
  if (isExplained(text, start)) return { type: 'prose', end: reading.end }
  if (reading.truncated && !final) return { type: 'undecided' }
  return { type: 'calls', reading }
}

function tagAt(text: string, start: number, toolbox: Toolbox, final: boolean, startsLine: boolean): Step {
  const rest = text.slice(start)
  const prose: Step = { type: 'prose', end: start + 1 }
  if (!couldBeTag(rest, toolbox)) return prose
  if (!final) {
    const name = /^<\/?(?:[|｜]DSML[|｜])?([\w:-]+)/.exec(rest)?.[1]
    const closed =
      name !== undefined && /^<[^<>]*>/.test(rest) && new RegExp(`</(?:[|｜]DSML[|｜])?${name}\\s*>|/>`, 'i').test(rest)
    if (!closed) return { type: 'undecided' }
  }
  const reading = readTagged(text, start, toolbox)
  if (reading === undefined) return prose
  return startsLine && !/\b(?:examples?|formats?|syntax|like this|looks? like)\b/i.test(lastSentence(text, start))
    ? { type: 'calls', reading }
    : accept(text, start, reading, final)
}

function lastSentence(text: string, start: number): string {
  return (
    text
      .slice(Math.max(0, start - 160), start)
      .trimEnd()
      .split(/(?<=[.!?\n])\s*/)
      .at(-1) ?? ''
  )
}

const tagStarts = [
  '<tool_call',
  '<toolcall',
  '<tool_use',
  '<tool_code',
  '<tool_request',
  '<tool>',
  '<tool ',
  '<tools>',
  '<function',
  '<action>',
  '<action ',
  '<actions>',
  '<call>',
  '<call ',
  '<calls>',
  '<invoke',
  '<',
  '<|',
  '<｜',
  '[tool_call',
]

function couldBeTag(rest: string, { names }: Toolbox): boolean {
  const begin = rest.slice(0, 64).toLowerCase()
  const starts = [...tagStarts, ...names.map((name) => `<${name.toLowerCase()}>`)]
  return starts.some((tag) => begin.startsWith(tag) || tag.startsWith(begin))
}

function closingFence(text: string, from: number, marker: string): number | undefined {
  const close = new RegExp(`(?<=^|\\n)[ \\t]*${marker}[\`~]*[ \\t]*(?=\\n|$)`, 'g')
  close.lastIndex = from
  const match = close.exec(text)
  return match === null ? undefined : match.index + match[0].length
}

/** Languages of blocks that models put calls in; anything else is code. */
const mayHoldCalls = /^(?:|json[5cl]?|python|py|xml|text|txt|plaintext|diff|patch|udiff)$/

function fenceAt(text: string, start: number, toolbox: Toolbox, final: boolean): Step {
  const open = /^(`{3,}|~{3,})([^\n`]*)(\n|$)/.exec(text.slice(start))
  const marker = text.slice(start, start + 3)
  const code: Step = { type: 'code', end: start + 3, marker }
  if (open === null) return code
  const from = start + open[0].length
  if (open[3] === '' && !final) return { type: 'undecided' }
  const language = (open[2] ?? '').trim().toLowerCase()
  const isTool = /^(?:tool|function|call)/.test(language)
  const isCode: Step = { ...code, end: from }
  if (!(isTool || mayHoldCalls.test(language)) || (!isTool && isExplained(text, start))) return isCode
  const close = closingFence(text, from, open[1] ?? marker)
  const body = text.slice(from, close).replace(/\n[ \t]*(?:`{3,}|~{3,})[ \t]*$/, '')
  if (close === undefined && !final) return couldBeCalls(body, toolbox) ? { type: 'undecided' } : isCode
  const end = close ?? text.length
  const patch = diffAt(body, body.search(/\S|$/), toolbox)
  if (patch !== undefined && /^(?:diff|patch|udiff|)$/.test(language) && body.slice(patch.end).trim() === '') {
    return { type: 'calls', reading: { ...patch, end } }
  }
  const calls = callsIn(body, toolbox)
  const truncated =
    close === undefined && closingIndex(body, Math.max(0, body.search(/[{[(]/)), body.length, 'lenient') === undefined
  return calls.length === 0 ? isCode : { type: 'calls', reading: { calls, end, truncated, explicit: isTool } }
}

/** Whether a block that is not closed yet may turn out to hold calls: its first line decides. */
function couldBeCalls(body: string, toolbox: Toolbox): boolean {
  const content = body.trimStart()
  if (!content.includes('\n')) return true
  if (/^[{[]/.test(content)) return couldBeJson(content, toolbox)
  return couldBeTag(content, toolbox) || couldBeDiff(content, toolbox) || couldBeLine(content, toolbox)
}

function jsonAt(text: string, start: number, toolbox: Toolbox, final: boolean): Step {
  const prose: Step = { type: 'prose', end: start + 1 }
  if (!couldBeJson(text.slice(start), toolbox)) return prose
  if (!final) {
    const closes = closingIndex(text, start, text.length, 'strict') ?? closingIndex(text, start, text.length, 'lenient')
    if (closes === undefined) return { type: 'undecided' }
  }
  const reading = readJsonCall(text, start, toolbox) ?? readWritten(text, start, toolbox)
  if (reading === undefined) return prose
  const end = /^\s*<\/(?:tool_calls?|function_calls?)>/.exec(text.slice(reading.end))?.[0].length ?? 0
  return endsLine(text, reading.end + end, final)
    ? accept(text, start, { ...reading, end: reading.end + end }, final)
    : prose
}

/** Whether the line holds nothing more. While the text grows, that nothing has come yet counts as so. */
function endsLine(text: string, end: number, final: boolean): boolean {
  return (final ? /^[\s`*"'”’)\].;,}]*?(?:\n|$)/ : /^[ \t`*"'”’)\].;,}]*(?:\n|$)/).test(text.slice(end, end + 400))
}

const firstKeys =
  /^(?:name|tool|tool_name|toolname|function|function_name|action|recipient_name|api|arguments|args|parameters|params|input|inputs|tool_input|toolinput|action_input|kwargs|argument|tool_calls|toolcalls|calls|tools|function_calls|function_call|functioncall|tool_call|tool_uses|actions|id|type|call_id|tool_call_id|thoughts?|reasoning|description|index)$/i

/** Whether an object or list may be a call, as far as its first key tells. */
function couldBeJson(rest: string, toolbox: Toolbox): boolean {
  const head = /^(?:\[\s*)*(?:\{\s*)?/.exec(rest)?.[0] ?? ''
  const after = rest.slice(head.length, head.length + 64)
  if (!head.includes('{')) return after === '' || /^\{/.test(after) || (head.length > 0 && couldBeLine(after, toolbox))
  const key = /^(["'“‘`]?)([\p{L}\p{N}_.-]*)(.?)/u.exec(after)
  if (key === null || after === '' || key[3] === '') return true
  return firstKeys.test(key[2] ?? '') || toolbox.resolve(key[2] ?? '') !== undefined
}

const markup = /^[\s>*_•"'`“‘\-–\d.)]*/u
const leadWords =
  /^(?:(?:i(?:'|’)ll|i will|i am|i(?:'|’)m|let me|let(?:'|’)s|now|next|first|ok(?:ay)?|sure|then|and)[,:]?\s+)*(?:using|use|calling|call|invoking|invoke|running|run|executing|execute|tool(?:[ _]call)?|function(?:[ _]call)?|action)\b\s*:?\s*(?:(?:the|a)\s+)?(?:(?:tool|function)(?:\s+(?:called|named))?\b\s*)?[:=]?\s*["'`“‘*]*\s*/iu
const leadPrefix = [
  "i'll ",
  'i’ll ',
  'i will ',
  'i am ',
  "i'm ",
  'i’m ',
  'let me ',
  "let's ",
  'let’s ',
  'now',
  'next',
  'first',
  'ok',
  'okay',
  'sure',
  'then',
  'and ',
  'using ',
  'use ',
  'calling ',
  'call ',
  'invoking ',
  'invoke ',
  'running ',
  'run ',
  'executing ',
  'execute ',
  'tool',
  'function',
  'action',
]

/** Whether a line may be the beginning of a call in words or code, as far as it goes. */
function couldBeLine(rest: string, toolbox: Toolbox): boolean {
  const line = rest.slice(markup.exec(rest)?.[0].length ?? 0)
  if (line === '') return true
  const lead = leadWords.exec(line)?.[0]
  if (lead !== undefined && couldBeName(line.slice(lead.length), toolbox)) return true
  const lower = line.toLowerCase()
  if (leadPrefix.some((prefix) => prefix.startsWith(lower) || isLeadSoFar(lower, prefix))) return true
  return couldBeName(line.replace(/^(?:print\(|await\s+|[\p{L}_]\w*\s*=\s*)+/u, ''), toolbox)
}

/** Whether nothing but lead words has come. */
function isLeadSoFar(line: string, prefix: string): boolean {
  return (
    line.startsWith(prefix) &&
    /^[\p{L}'’,: ]*$/u.test(line) &&
    line.length < 40 &&
    line
      .split(/\s+/)
      .every((word) =>
        /^(?:i'?l?l?|i’l?l?|will|am|let|me|now,?|next,?|first,?|ok(?:ay)?,?|sure,?|then|and|u(?:s(?:e|i(?:n(?:g)?)?)?)?|c(?:a(?:l(?:l(?:i(?:n(?:g)?)?)?)?)?)?|i(?:n(?:v(?:o\w*)?)?)?|r(?:u\w*)?|e(?:x\w*)?|t(?:h(?:e)?|o\w*)?|f(?:u\w*)?|a(?:c\w*)?|named|called|)$/u.test(
          word,
        ),
      )
  )
}

function couldBeName(rest: string, toolbox: Toolbox): boolean {
  const [, dotted = '', word = '', after = ''] =
    /^((?:[\p{L}_]\w*\.)*)([\p{L}_][\p{L}\p{N}_-]*)?([\s\S]*)/u.exec(rest) ?? []
  if (after === '') {
    const folded = word.toLowerCase().replace(/[_-]/g, '')
    const isPrefix = (name: string): boolean =>
      editDistance(name.replace(/[_-]/g, '').toLowerCase().slice(0, folded.length), folded) <=
      Math.min(2, Math.ceil(folded.length / 3))
    return (
      dotted !== '' ||
      folded === '' ||
      toolbox.names.some(isPrefix) ||
      ['functions', 'tools', 'default_api', 'print', 'await'].some((prefix) => prefix.startsWith(word))
    )
  }
  return toolbox.resolve(word) !== undefined
}

function lineAt(text: string, start: number, toolbox: Toolbox, final: boolean): Step {
  const prose: Step = { type: 'prose', end: start + 1 }
  const rest = text.slice(start)
  const newline = rest.indexOf('\n')
  if (!final && newline < 0 && couldBeLine(rest, toolbox)) return { type: 'undecided' }
  const reading = readLine(text, start, toolbox)
  if (reading === undefined) {
    const line = newline < 0 ? rest : rest.slice(0, newline)
    const next = newline < 0 ? '' : rest.slice(newline).trimStart()
    const open = /[({]/.test(line) || /^[{`]/.test(next) || continuation(next)
    return !final && open && startsCall(line, toolbox) ? { type: 'undecided' } : prose
  }
  return endsLine(text, reading.end, final) || reading.explicit ? accept(text, start, reading, final) : prose
}

/** Whether a line may bring the input of the call that the line before it began. */
function continuation(line: string): boolean {
  const begin = line.replace(/^[>*_\s]+/, '').toLowerCase()
  return ['action input', 'action_input', 'input', 'arguments', 'parameters', 'args'].some((label) =>
    label.startsWith(begin.slice(0, label.length)),
  )
}

/** Whether a finished line begins a call that may go on in the next. */
function startsCall(line: string, toolbox: Toolbox): boolean {
  const content = line.slice(markup.exec(line)?.[0].length ?? 0)
  const lead = leadWords.exec(content)?.[0] ?? ''
  const name = /^[\p{L}_][\p{L}\p{N}_.-]*/u.exec(content.slice(lead.length).replace(/^(?:print\(|await\s+)/, ''))?.[0]
  return name !== undefined && toolbox.resolve(name) !== undefined
}

/** Reads a line that calls in words, `Calling tool x with {…}`, or in code, `x({…})`. */
function readLine(text: string, start: number, toolbox: Toolbox): Reading | undefined {
  const dress = markup.exec(text.slice(start, start + 40))?.[0].length ?? 0
  const from = start + dress
  const lead = leadWords.exec(text.slice(from, from + 160))?.[0]
  if (lead !== undefined) {
    const at = from + lead.length
    const reading =
      readReact(text, at, toolbox) ??
      readWritten(text, at, toolbox) ??
      readNameAndInput(text, at, toolbox) ??
      readShorthand(text, at, toolbox)
    if (reading !== undefined) return reading
    if (/^tool/i.test(lead)) {
      const json = readJsonCall(text, at, toolbox)
      if (json !== undefined) return json
    }
  }
  return readWritten(text, from, toolbox) ?? readNameAndInput(text, from, toolbox)
}

/** `Action: name`, then `Action Input: {…}` on a line of its own. */
function readReact(text: string, start: number, toolbox: Toolbox): Reading | undefined {
  const head =
    /^([\w.-]+)["'`*]*[ \t]*\n+[ \t>*_]*(?:action[ _])?(?:input|arguments|parameters|args)[*_]*\s*:\s*[*_]*\s*/i.exec(
      text.slice(start, start + 200),
    )
  const name = head?.[1] ?? ''
  if (head === null || toolbox.resolve(name) === undefined) return undefined
  const from = start + head[0].length
  const nested = readNameAndInput(`${name} ${text.slice(from)}`, 0, toolbox)
  if (nested !== undefined) return { ...nested, end: from + nested.end - name.length - 1 }
  const [line = ''] = /^[^\n]*/.exec(text.slice(from)) ?? []
  return { calls: [{ name, input: line.trim() }], end: from + line.length, truncated: false, explicit: true }
}

/** `name with action: list`, or the name alone where the tool takes nothing. */
function readShorthand(text: string, start: number, toolbox: Toolbox): Reading | undefined {
  const line = /^[^\n]*/.exec(text.slice(start))?.[0] ?? ''
  const [whole = '', name = ''] = /^([\p{L}_][\p{L}\p{N}_.-]*?)["'`”’*]*(?=[\s.…]|$)/u.exec(line) ?? []
  const tool = toolbox.resolve(name)
  if (tool === undefined) return undefined
  const given = line.slice(whole.length)
  const { properties = {}, required = [] } = tool.inputSchema ?? {}
  if (/^[\s.…`"']*$/.test(given)) {
    return required.length > 0
      ? undefined
      : { calls: [{ name, input: {} }], end: start + line.length, truncated: false, explicit: false }
  }
  const pairs = /^\s+(?:with|using)\s*:?\s*(?:input\s*:?\s*)?(.+)$/i.exec(given)?.[1]?.replace(/[.…`]+$/, '')
  const input: [string, string][] = []
  for (const pair of pairs?.split(/,\s*(?=\w+\s*[:=])|\s+and\s+(?=\w+\s*[:=])/) ?? []) {
    const [, key = '', value = ''] = /^(\w+)\s*[:=]\s*["'`“]?(.+?)["'`”]?$/.exec(pair.trim()) ?? []
    if (!(key in properties)) return undefined
    input.push([key, value])
  }
  if (input.length === 0) return undefined
  return {
    calls: [{ name, input: Object.fromEntries(input) }],
    end: start + line.length,
    truncated: false,
    explicit: false,
  }
}

function couldBeDiff(rest: string, toolbox: Toolbox): boolean {
  if (toolbox.resolve('patch_file')?.name !== 'patch_file') return false
  const begin = rest.slice(0, 11)
  return (
    'diff --git '.startsWith(begin) ||
    begin.startsWith('diff --git ') ||
    '--- '.startsWith(begin) ||
    /^--- \S/.test(begin)
  )
}

/** A unified diff, which is `patch_file` without saying so. */
function diffAt(text: string, start: number, toolbox: Toolbox): Reading | undefined {
  if (toolbox.resolve('patch_file')?.name !== 'patch_file') return undefined
  const header = /^(?:diff --git [^\n]*\n(?:[^\n@+-][^\n]*\n)*)?--- [^\n]+\n\+\+\+ [^\n]+\n@@/
  if (!header.test(text.slice(start, start + 2_000))) return undefined
  const lines = text.slice(start).split('\n')
  const isDiff = (line: string): boolean =>
    /^(?:[ +\-@\\]|diff |index |new file|deleted file|similarity|rename )/.test(line)
  let count = lines.findIndex((line, index) => !isDiff(line) && !(line === '' && isDiff(lines[index + 1] ?? '')))
  if (count < 0) count = lines.length
  const patch = lines.slice(0, count).join('\n')
  return {
    calls: [{ name: 'patch_file', input: { patch: `${patch}\n` } }],
    end: start + patch.length,
    truncated: false,
    explicit: false,
  }
}
