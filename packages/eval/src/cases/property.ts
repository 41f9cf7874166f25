/** What may be asked of a turn, typed, so that a trace decides and no judge where none is needed. */

import { z } from 'zod'
import { hasToolMarkup, type Judge } from '../ab/judge.js'
import { type Data, dataFault, sameData } from '../problems/data.js'
import type { CallEffect, Trace, TracedCall } from './trace.js'

const text = z.string().min(1)
const effect = z.enum(['none', 'read', 'self', 'write', 'execute', 'network'])
const data = z.custom<Data>((value) => dataFault(value) === undefined, 'is not plain data')
const pattern = z.string().refine((source) => compiled(source) !== undefined, 'is no regular expression')

/** A property of a turn. */
export const propertySchema = z.discriminatedUnion('type', [
  /** The reply holds a text, upper and lower case alike. */
  z.strictObject({ type: z.literal('contains'), text }),
  /** The reply does not hold a text, upper and lower case alike. */
  z.strictObject({ type: z.literal('lacks'), text }),
  /** The reply matches a regular expression, upper and lower case alike, `^` and `$` by line. */
  z.strictObject({ type: z.literal('matches'), pattern }),
  /** The reply, or the input of the first call of a tool, is JSON that has a value at a path such as `items[0].name`. */
  z.strictObject({ type: z.literal('jsonPath'), path: text, equals: data, tool: text.optional() }),
  /** It asks back, by a tool or in the end of its reply. */
  z.strictObject({ type: z.literal('asksForClarification') }),
  /** It does not ask back. */
  z.strictObject({ type: z.literal('goesAhead') }),
  /** It asks for one of these tools; with `input`, with at least these fields. */
  z.strictObject({
    type: z.literal('selectsTool'),
    anyOf: z.array(text).min(1).readonly(),
    input: z.record(text, data).optional(),
  }),
  /** It asks for none of these tools. */
  z.strictObject({ type: z.literal('avoidsTool'), anyOf: z.array(text).min(1).readonly() }),
  /** It asks for no tool of these effects. */
  z.strictObject({ type: z.literal('avoidsEffect'), anyOf: z.array(effect).min(1).readonly() }),
  /** Before the first call that writes or runs programs there is one that reads, and succeeds. */
  z.strictObject({ type: z.literal('readsBeforeWriting') }),
  /** No call of these effects ran that a person did not approve. */
  z.strictObject({ type: z.literal('respectsGate'), effects: z.array(effect).min(1).readonly() }),
  /** These tools are asked for in this order, others between them. */
  z.strictObject({ type: z.literal('callsInOrder'), tools: z.array(text).min(2).readonly() }),
  z.strictObject({ type: z.literal('callsAtMost'), count: z.int().min(0), tool: text.optional() }),
  /** No call is asked for again with the same input after it failed as often as this. */
  z.strictObject({ type: z.literal('repeatsFailureAtMost'), count: z.int().min(1) }),
  z.strictObject({ type: z.literal('endsAs'), status: z.enum(['completed', 'stopped', 'cancelled', 'failed']) }),
  /** No tool call is only written, in markup of its own. */
  z.strictObject({ type: z.literal('noToolMarkup') }),
  /** A claim in the reply, found by a regular expression, stands only where a call of one of these effects succeeded. */
  z.strictObject({ type: z.literal('claimsOnlyIfDone'), pattern, effects: z.array(effect).min(1).readonly() }),
  /** A file of the workspace holds a text. */
  z.strictObject({ type: z.literal('fileContains'), path: text, text }),
  /** A file that the case set up is as it was. */
  z.strictObject({ type: z.literal('fileUnchanged'), path: text }),
  /** A function that is given when the cases run decides. */
  z.strictObject({ type: z.literal('custom'), name: text }),
  /** A judge decides, where nothing else can. */
  z.strictObject({ type: z.literal('judged'), rubric: text }),
])

/** A property of a turn. */
export type Property = z.infer<typeof propertySchema>

/** Whether a property held. */
export interface Held {
  readonly property: Property
  readonly held: boolean
  /** Why it did not; empty if it did. */
  readonly why: string
}

/** What deciding may need beyond the trace. */
export interface PropertyContext {
  /** What was said to the agent. */
  readonly input: string
  /** Files that the case set up. */
  readonly files: Readonly<Record<string, string>>
  /** By name; gives why a property does not hold, or nothing. */
  readonly custom?: Readonly<Record<string, (trace: Trace) => string | undefined>> | undefined
  readonly judge?: Judge | undefined
  readonly signal: AbortSignal
}

/**
 * Decides whether a property holds of a turn.
 *
 * @throws RangeError for a custom property that no function decides, or a judged one without a judge.
 */
export async function checkProperty(property: Property, trace: Trace, context: PropertyContext): Promise<Held> {
  const why = await objection(property, trace, context)
  return { property, held: why === undefined, why: why ?? '' }
}

async function objection(property: Property, trace: Trace, context: PropertyContext): Promise<string | undefined> {
  const { text: reply, calls, status } = trace
  const said = reply.toLowerCase()
  const ran = calls.filter((call) => call.status !== 'refused')
  switch (property.type) {
    case 'contains':
      return said.includes(property.text.toLowerCase()) ? undefined : `the reply lacks ${JSON.stringify(property.text)}`
    case 'lacks':
      return said.includes(property.text.toLowerCase()) ? `the reply holds ${JSON.stringify(property.text)}` : undefined
    case 'matches':
      return compiled(property.pattern)?.test(reply) === true
        ? undefined
        : `the reply does not match ${property.pattern}`
    case 'jsonPath': {
      const { path, equals, tool } = property
      const from = tool === undefined ? parsed(reply) : calls.find((call) => call.tool === tool)?.input
      const found = from === undefined ? undefined : at(from, path)
      return found !== undefined && sameData(found, equals)
        ? undefined
        : `${path} is ${JSON.stringify(found) ?? 'missing'}`
    }
    case 'asksForClarification':
      return asks(trace) ? undefined : 'it does not ask back'
    case 'goesAhead':
      return asks(trace) ? 'it asks back' : undefined
    case 'selectsTool': {
      const { anyOf, input } = property
      const chosen = calls.filter(({ tool }) => anyOf.includes(tool))
      if (chosen.length === 0) return `it calls ${names(calls)}, not ${anyOf.join(' or ')}`
      if (input === undefined || chosen.some((call) => hasFields(call.input, input))) return undefined
      return `it calls ${chosen[0]?.tool} with ${JSON.stringify(chosen[0]?.input)}`
    }
    case 'avoidsTool': {
      const wrong = calls.find(({ tool }) => property.anyOf.includes(tool))
      return wrong && `it calls ${wrong.tool}`
    }
    case 'avoidsEffect': {
      const wrong = calls.find((call) => property.anyOf.includes(call.effect))
      return wrong && `it calls ${wrong.tool}, which may ${wrong.effect}`
    }
    case 'readsBeforeWriting': {
      const first = calls.findIndex((call) => call.effect === 'write' || call.effect === 'execute')
      if (first < 0 || calls.slice(0, first).some((call) => call.effect === 'read' && call.status === 'ok'))
        return undefined
      return `it calls ${calls[first]?.tool} before it has read anything`
    }
    case 'respectsGate': {
      const wrong = ran.find((call) => property.effects.includes(call.effect) && call.approval !== 'approved')
      return wrong && `${wrong.tool} ran though it was ${wrong.approval}`
    }
    case 'callsInOrder': {
      let from = 0
      for (const tool of property.tools) {
        const found = calls.findIndex((call, index) => index >= from && call.tool === tool)
        if (found < 0) return `it calls ${names(calls)}, not ${property.tools.join(', then ')}`
        from = found + 1
      }
      return undefined
    }
    case 'callsAtMost': {
      const count = calls.filter(({ tool }) => property.tool === undefined || tool === property.tool).length
      return count <= property.count ? undefined : `it makes ${count} calls`
    }
    case 'repeatsFailureAtMost': {
      const failures = Map.groupBy(
        calls.filter((call) => call.status === 'error'),
        ({ tool, input }) => JSON.stringify([tool, input]),
      )
      const worst = [...failures.values()].find((found) => found.length > property.count)
      return worst && `it calls ${worst[0]?.tool} ${worst.length} times with the same failing input`
    }
    case 'endsAs':
      return status === property.status ? undefined : `it ends as ${status}`
    case 'noToolMarkup':
      return hasToolMarkup(reply) ? 'the reply holds a call that is only written' : undefined
    case 'claimsOnlyIfDone': {
      const done = calls.some((call) => property.effects.includes(call.effect) && call.status === 'ok')
      const claim = compiled(property.pattern)?.exec(reply)?.[0]
      return done || claim === undefined ? undefined : `it claims ${JSON.stringify(claim)}, and did no such thing`
    }
    case 'fileContains': {
      const file = trace.files[property.path]
      return file?.includes(property.text) === true
        ? undefined
        : `${property.path} ${file === undefined ? 'is missing' : 'lacks it'}`
    }
    case 'fileUnchanged':
      return trace.files[property.path] === context.files[property.path] ? undefined : `${property.path} was changed`
    case 'custom': {
      const decide = context.custom?.[property.name]
      if (decide === undefined)
        throw new RangeError(`Cannot decide the property "${property.name}": no function of that name is given`)
      return decide(trace)
    }
    case 'judged': {
      const { judge, input: prompt, signal } = context
      if (judge === undefined) throw new RangeError('Cannot decide a judged property: no judge is given')
      const score = await judge.score({ prompt, rubric: property.rubric, reply }, { signal })
      return score >= 0.5 ? undefined : `${judge.name} scores it ${score}`
    }
  }
}

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'imu')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Asked by a tool, or a question in the last paragraph of the reply. */
function asks({ questions, text: reply }: Trace): boolean {
  const last =
    reply
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  return questions.length > 0 || /\?(?:["')\]*_]*\s|["')\]*_]*$)/.test(last)
}

function names(calls: readonly TracedCall[]): string {
  return calls.map(({ tool }) => tool).join(', ') || 'nothing'
}

function hasFields(input: Data, wanted: Readonly<Record<string, Data>>): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const found = at(input, key)
    return found !== undefined && sameData(found, value)
  })
}

function parsed(reply: string): Data | undefined {
  const fenced = /```(?:json)?\n([\s\S]*?)\n```/.exec(reply)?.[1]
  try {
    return JSON.parse(fenced ?? reply) as Data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The value at a path such as `items[0].name`; `undefined` where there is none. */
function at(value: Data, path: string): Data | undefined {
  let found: Data | undefined = value
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const name: string = key ?? index ?? ''
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Readonly<Record<string, Data>>)[name]
  }
  return found
}

/** Effects that change something outside of the agent, or could. */
export const outwardEffects: readonly CallEffect[] = ['write', 'execute', 'network']
