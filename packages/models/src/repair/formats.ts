/** The forms in which models write calls as text; each reader looks at one place and nowhere else. */

import { readWrittenArguments } from './python-call.js'
import { type RawCall, rawCallsOf } from './raw-calls.js'
import { readTolerantJson } from './tolerant-json.js'
import type { Toolbox } from './toolbox.js'

/** What a reader made of a place in a text. */
export interface Reading {
  readonly calls: readonly RawCall[]
  /** Index after it. */
  readonly end: number
  /** Its end is missing, so the last argument is a guess. */
  readonly truncated: boolean
  /** Only a call looks so; otherwise an example could look the same. */
  readonly explicit: boolean
}

/** Reads a call at `start`. @returns Nothing if there is none. */
export type Reader = (text: string, start: number, toolbox: Toolbox) => Reading | undefined

const wrapperNames =
  'tool_calls?|toolcalls?|function_calls?|functioncalls?|tool_use|tool_code|tool_request|tools?|functions?|actions?|calls?|invoke'
const openTag = new RegExp(
  `^<(?:[|｜]DSML[|｜])?(?:(antml:)?(${wrapperNames}))((?:\\s+[\\w-]+\\s*=\\s*(?:"[^"]*"|'[^']*'))*)\\s*(/?)>`,
  'i',
)
const functionTag = /^<function=["']?([\w.\-:]+)["']?\s*>/i
const parameterTag =
  /<(?:[|｜]DSML[|｜])?(?:antml:)?(parameter|param|argument|arg)(?:=["']?([\w.-]+)["']?|\s+name\s*=\s*["']([\w.-]+)["'][^>]*)\s*>\n?([\s\S]*?)(?:\n?<\/(?:[|｜]DSML[|｜])?(?:antml:)?\1>|(?=<(?:[|｜]DSML[|｜])?(?:antml:)?(?:parameter|param|argument|arg)[=\s])|(?=<\/?(?:function|invoke|tool_call))|$)/gi
const specialToken = /<[|｜]([^<>|｜\n]{1,40})[|｜]>/g
const callToken = /tool|call|python|function|action|plugin|channel/i

/** Reads calls between tags, and after the special tokens of one model or another. */
export const readTagged: Reader = (text, start, toolbox) =>
  readSpecialTokens(text, start, toolbox) ??
  readMistral(text, start, toolbox) ??
  readFunctionTag(text, start, toolbox) ??
  readWrapper(text, start, toolbox) ??
  readToolTag(text, start, toolbox)

/** `<tool_call>…</tool_call>` and its many cousins, whatever they hold. */
const readWrapper: Reader = (text, start, toolbox) => {
  const match = openTag.exec(text.slice(start, start + 400))
  if (match === null) return undefined
  const [whole, prefix = '', tag = '', attributes = '', slash] = match
  const from = start + whole.length
  const named = attributesOf(attributes)
  const name = named.get('name') ?? named.get('tool') ?? named.get('function')
  if (slash === '/') {
    if (name === undefined) return undefined
    const given = named.get('arguments') ?? named.get('parameters') ?? named.get('input')
    const rest = Object.fromEntries(
      [...named].filter(([key]) => key !== 'name' && key !== 'tool' && key !== 'function'),
    )
    return { calls: [{ name, input: given ?? rest }], end: from, truncated: false, explicit: true }
  }
  const close = closeOf(text, from, `(?:[|｜]DSML[|｜])?${prefix}${tag}`)
  const inner = text.slice(from, close.start)
  const calls = name === undefined ? callsWithin(inner, toolbox) : [{ name, input: inputIn(inner) }]
  if (calls.length === 0 || (name !== undefined && calls[0]?.input === undefined)) return undefined
  return { calls, end: close.end, truncated: close.missing && endsInside(inner), explicit: true }
}

/** Calls in a wrapper; their names may stand in tags of their own. */
function callsWithin(inner: string, toolbox: Toolbox): RawCall[] {
  const named = /^\s*<(name|tool_name|function_name|tool)>\s*([\w.-]+)\s*<\/\1>([\s\S]*)$/i.exec(inner)
  const input = named === null ? undefined : inputIn(named[3] ?? '')
  return named === null || input === undefined ? callsIn(inner, toolbox) : [{ name: named[2] ?? '', input }]
}

/** Whether an unclosed wrapper also leaves its JSON unclosed. */
function endsInside(inner: string): boolean {
  const brace = inner.indexOf('{')
  return brace >= 0 && (readTolerantJson(inner, brace)?.truncated ?? true)
}

/** `<function=name>…</function>`, of Llama 3.1 and Qwen 3 Coder. */
const readFunctionTag: Reader = (text, start) => {
  const match = functionTag.exec(text.slice(start, start + 120))
  if (match === null) return undefined
  const from = start + match[0].length
  const close = closeOf(text, from, 'function')
  const inner = text.slice(from, close.start)
  const input = inputIn(inner)
  if (input === undefined) return undefined
  return {
    calls: [{ name: match[1] ?? '', input }],
    end: close.end,
    truncated: close.missing && endsInside(inner),
    explicit: true,
  }
}

/** `<read_file><path>x</path></read_file>`: the tool's name as the tag. */
const readToolTag: Reader = (text, start, toolbox) => {
  const name = /^<([a-z][\w-]*)>/i.exec(text.slice(start, start + 80))?.[1]
  if (name === undefined || toolbox.resolve(name) === undefined) return undefined
  const from = start + name.length + 2
  const close = closeOf(text, from, name)
  const inner = text.slice(from, close.start)
  const input = inputIn(inner)
  return close.missing || input === undefined
    ? undefined
    : { calls: [{ name, input }], end: close.end, truncated: false, explicit: true }
}

/** `[TOOL_CALLS]`, of Mistral, old form and new. */
const readMistral: Reader = (text, start, toolbox) => {
  const marker = /^\[TOOL_CALLS?\]\s*/.exec(text.slice(start, start + 40))?.[0]
  if (marker === undefined) return undefined
  const from = start + marker.length
  const json = readTolerantJson(text, from)
  if (json !== undefined && text[from] !== '{') {
    const calls = rawCallsOf(json.value, (name) => toolbox.resolve(name) !== undefined)
    if (calls.length > 0) return { calls, end: json.end, truncated: json.truncated, explicit: true }
  }
  const calls: RawCall[] = []
  let end = from
  let truncated = false
  for (;;) {
    const head = /^\s*(?:\[TOOL_CALLS?\]\s*)?([\w.-]+)\s*(?:\[CALL_ID\][^[{]*)?(?:\[ARGS\])?\s*(?=\{)/.exec(
      text.slice(end, end + 200),
    )
    const value = head === null ? readObjectCall(text, end, toolbox) : readTolerantJson(text, end + head[0].length)
    if (value === undefined) break
    if (head === null) calls.push(...rawCallsOf(value.value, () => true))
    else calls.push({ name: head[1] ?? '', input: value.value })
    end = value.end
    truncated = value.truncated
  }
  return calls.length > 0 ? { calls, end, truncated, explicit: true } : undefined
}

function readObjectCall(text: string, start: number, toolbox: Toolbox): ReturnType<typeof readTolerantJson> {
  const from = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0)
  const value = readTolerantJson(text, from)
  return value !== undefined && rawCallsOf(value.value, (name) => toolbox.resolve(name) !== undefined).length > 0
    ? value
    : undefined
}

/** Special tokens around a name, JSON or both: Llama 3, DeepSeek, Kimi, Granite, Phi, gpt-oss, Cohere, InternLM. */
const readSpecialTokens: Reader = (text, start, toolbox) => {
  const first = /^<[|｜]([^<>|｜\n]{1,40})[|｜]>/.exec(text.slice(start, start + 60))
  if (first === null || !callToken.test(first[1] ?? '') || /DSML/.test(first[1] ?? '')) return undefined
  const calls: RawCall[] = []
  let name: string | undefined
  let end = start
  let truncated = false
  const rest = text.slice(start)
  const tokens = [...rest.matchAll(specialToken)]
  for (const [index, token] of tokens.entries()) {
    const from = start + token.index + token[0].length
    const next = tokens[index + 1]
    const until = next === undefined ? text.length : start + next.index
    const between = text.slice(from, until)
    const json = /[{[]/.exec(between)
    const before = between.slice(0, json?.index ?? between.length).replace(/```\w*/g, '')
    name = nameIn(before, toolbox) ?? name
    end = from
    const value = json === null ? undefined : readTolerantJson(text, from + json.index, until)
    if (value === undefined) {
      const written = callsIn(between, toolbox)
      if (written.length > 0) {
        calls.push(...written)
        end = until
      } else if (calls.length > 0 && name === undefined && !/end|eo[mt]|call\b|im_/i.test(token[1] ?? '')) break
      continue
    }
    const found = rawCallsOf(value.value, (candidate) => toolbox.resolve(candidate) !== undefined)
    if (found.length > 0) calls.push(...found, ...callsIn(text.slice(value.end, until).replace(/^\s*;/, ''), toolbox))
    else if (name !== undefined) calls.push({ name, input: value.value })
    truncated = value.truncated && next === undefined
    end = next === undefined ? endAfter(text, value.end, found.length > 0) : until
    name = undefined
  }
  return calls.length > 0 ? { calls, end, truncated, explicit: true } : undefined
}

/** Where calls joined by semicolons end. */
function endAfter(text: string, end: number, joined: boolean): number {
  const more = joined ? /^\s*;\s*(?=\{)/.exec(text.slice(end)) : null
  const value = more === null ? undefined : readTolerantJson(text, end + more[0].length)
  return value === undefined ? end : endAfter(text, value.end, true)
}

function nameIn(text: string, toolbox: Toolbox): string | undefined {
  const words = text.match(/[\p{L}_][\p{L}\p{N}_.\-:]*/gu) ?? []
  return words.findLast((word) => toolbox.resolve(word) !== undefined) ?? /to=(?:functions\.)?([\w.-]+)/.exec(text)?.[1]
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key = '', double, single]) => [
      key.toLowerCase(),
      double ?? single ?? '',
    ]),
  )
}

/** Finds the closing tag; a missing one ends where the next call begins, or the text. */
function closeOf(text: string, from: number, tag: string): { start: number; end: number; missing: boolean } {
  const rest = text.slice(from)
  const close = new RegExp(`</${tag}\\s*>`, 'i').exec(rest)
  const next = new RegExp(`<${tag}[\\s>=]`, 'i').exec(rest)
  if (close !== null && (next === null || close.index < next.index)) {
    return { start: from + close.index, end: from + close.index + close[0].length, missing: false }
  }
  if (close !== null) {
    // The same tag nests, or its end was forgotten before the next one.
    const last = [...rest.matchAll(new RegExp(`</${tag}\\s*>`, 'gi'))].at(-1)
    const nested = /parameter|content/.test(rest.slice(0, next?.index)) && last !== undefined
    if (nested) return { start: from + last.index, end: from + last.index + last[0].length, missing: false }
  }
  const start = next === null ? text.length : from + next.index
  return { start, end: start, missing: true }
}

/** What stands inside the tag of a named call: parameters in tags of their own, or an object. */
function inputIn(inner: string): unknown {
  const parameters = [...inner.matchAll(parameterTag)]
  if (parameters.length > 0) {
    return Object.fromEntries(parameters.map(([, , a, b, value = '']) => [a ?? b ?? '', unescapeXml(value)]))
  }
  const content = inner.replace(/^\s*```\w*\n?|\n?```\s*$/g, '').trim()
  if (content === '') return {}
  if (content.startsWith('{')) return readTolerantJson(content, 0)?.value
  const whole =
    /^<(?:arguments|args|parameters|params|input)>([\s\S]*?)(?:<\/(?:arguments|args|parameters|params|input)>)?$/i.exec(
      content,
    )
  if (whole !== null) return inputIn(whole[1] ?? '')
  const children = [...content.matchAll(/<([\w.-]+)>\n?([\s\S]*?)\n?<\/\1>/g)]
  const left = content.replace(/<([\w.-]+)>[\s\S]*?<\/\1>/g, '').trim()
  if (children.length === 0 || left !== '') return undefined
  return Object.fromEntries(children.map(([, key = '', value = '']) => [key, unescapeXml(value)]))
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? '')
}

/** Every call in a text that consists of calls: what a wrapper or a fenced block holds. None if anything else is in it. */
export function callsIn(text: string, toolbox: Toolbox): RawCall[] {
  const calls: RawCall[] = []
  let index = 0
  for (;;) {
    index += /^(?:[\s,;]|#[^\n]*\n)*/.exec(text.slice(index))?.[0].length ?? 0
    if (index >= text.length) return calls
    const found =
      readTagged(text, index, toolbox) ??
      readJsonCall(text, index, toolbox) ??
      readWritten(text, index, toolbox) ??
      readNameAndInput(text, index, toolbox)
    if (found === undefined) return []
    calls.push(...found.calls)
    index = found.end
  }
}

/** `{"name": …, "arguments": …}`, alone or in a list, and the spellings {@link rawCallsOf} knows. */
export const readJsonCall: Reader = (text, start, toolbox) => {
  const json = readTolerantJson(text, start)
  if (json === undefined) return undefined
  const calls = rawCallsOf(json.value, (name) => toolbox.resolve(name) !== undefined)
  return calls.length === 0 ? undefined : { calls, end: json.end, truncated: json.truncated, explicit: false }
}

const printed = /^(?:print\()?(?:await\s+)?(?:[\p{L}_][\p{L}\p{N}_]*\s*=\s*)?/u

/** `name(…)`, a list of them, and the ways code dresses them: `print(…)`, `await`, `result =`, `default_api.`. */
export const readWritten: Reader = (text, start, toolbox) => {
  if (text[start] === '[') return readWrittenList(text, start, toolbox)
  const dress = printed.exec(text.slice(start, start + 80))?.[0] ?? ''
  const head = /^((?:[\p{L}_][\p{L}\p{N}_]*\.)*[\p{L}_][\p{L}\p{N}_-]*)\s*(?=\()/u.exec(
    text.slice(start + dress.length, start + dress.length + 120),
  )
  const name = head?.[1]?.replace(/\.call$/, '') ?? ''
  if (head === null || toolbox.resolve(name) === undefined) return undefined
  const given = readWrittenArguments(text, start + dress.length + head[0].length)
  if (given === undefined) return undefined
  const end = dress.startsWith('print(') ? given.end + (text[given.end] === ')' ? 1 : 0) : given.end
  return { calls: [{ name, input: given.input }], end, truncated: false, explicit: false }
}

const readWrittenList: Reader = (text, start, toolbox) => {
  const calls: RawCall[] = []
  let index = start + 1
  for (;;) {
    index += /^[\s,]*/.exec(text.slice(index))?.[0].length ?? 0
    if (text[index] === ']' && calls.length > 0) return { calls, end: index + 1, truncated: false, explicit: false }
    const found = text[index] === '[' ? undefined : readWritten(text, index, toolbox)
    if (found === undefined) return undefined
    calls.push(...found.calls)
    index = found.end
  }
}

/** A tool's name, and after it, on this line or the next, its arguments as an object. */
export const readNameAndInput: Reader = (text, start, toolbox) => {
  const head =
    /^["'`“‘*]{0,3}([\p{L}_][\p{L}\p{N}_.-]*)["'`”’*]{0,3}(?:\s*:)?\s*(?:(?:with|using)\b\s*:?\s*)?(?:(?:the\s+)?(?:input|arguments?|args|parameters?|params)\b)?\s*[:=]?\s*(?:```\w*\s*)?(?=\{)/iu.exec(
      text.slice(start, start + 200),
    )
  const name = head?.[1] ?? ''
  if (head === null || toolbox.resolve(name) === undefined) {
    return readGlm(text, start, toolbox)
  }
  const json = readTolerantJson(text, start + head[0].length)
  if (json === undefined || Array.isArray(json.value)) return undefined
  const fenceEnd = head[0].includes('```') ? (/^\s*```/.exec(text.slice(json.end))?.[0].length ?? 0) : 0
  return { calls: [{ name, input: json.value }], end: json.end + fenceEnd, truncated: json.truncated, explicit: false }
}

/** A name and pairs of `<arg_key>` and `<arg_value>`, of GLM 4. */
const readGlm: Reader = (text, start, toolbox) => {
  const match = /^([\w.-]+)\s*((?:<arg_key>[\s\S]*?<\/arg_key>\s*<arg_value>[\s\S]*?<\/arg_value>\s*)+)/.exec(
    text.slice(start),
  )
  const name = match?.[1] ?? ''
  if (match === null || toolbox.resolve(name) === undefined) return undefined
  const pairs = (match[2] ?? '').matchAll(/<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g)
  const input = Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key.trim(), value]))
  return { calls: [{ name, input }], end: start + match[0].length, truncated: false, explicit: true }
}
