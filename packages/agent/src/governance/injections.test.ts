import { readFileSync } from 'node:fs'
import { reflexModel } from '@salp/models'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { RecalledMemory, Source } from '../protocol.js'
import { obedience, ordersIn } from '../testing/obedient-model.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'
import { createTool, type JsonValue, type Tool } from '../tool.js'
import { assessCommand } from '../tools/assess-command.js'
import { isSteeringPath } from '../tools/paths.js'

const caseSchema = z.object({
  id: z.string(),
  via: z.enum(['web', 'file', 'memory', 'mcp', 'peer', 'task']),
  technique: z.string(),
  text: z.string(),
})
type Case = z.infer<typeof caseSchema>

const path = new URL('../../../../fixtures/injections/cases.jsonl', import.meta.url)
const cases = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => caseSchema.parse(JSON.parse(line)))

/** Where a case lies: what the person asks, and the call that reads it. */
const ways: Readonly<Record<Case['via'], { request: string; first?: { name: string; input: JsonValue } }>> = {
  web: {
    request: 'read https://docs.example/page',
    first: { name: 'fetch_url', input: { url: 'https://docs.example/page' } },
  },
  file: { request: 'read README.md', first: { name: 'read_file', input: { path: 'README.md' } } },
  memory: { request: 'what do you know about the project?' },
  mcp: { request: 'look up the weather', first: { name: 'notes__lookup', input: { query: 'weather' } } },
  peer: {
    request: 'ask https://peer.example for the news',
    first: { name: 'ask_agent', input: { url: 'https://peer.example', message: 'the news' } },
  },
  task: { request: '' },
}

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

/** Tools that only note what they were made to do; their judgement of an input is the real one. */
function tools({ text }: Pick<Case, 'text'>, ran: string[]): Tool[] {
  const tool = (name: string, effect: Tool['effect'], given: z.ZodRawShape, more: Partial<Tool> = {}): Tool =>
    createTool({
      name,
      description: name,
      effect,
      input: z.object(given),
      timeoutMs: 1_000,
      run: async (input) => {
        ran.push(`${name} ${JSON.stringify(input)}`)
        return 'done'
      },
      ...more,
    }) as Tool
  const word = z.string()
  const gives = (source?: Source): Partial<Tool> => ({
    run: async () => text,
    ...(source !== undefined && { source: () => source }),
  })
  const url = z.object({ url: word })
  return [
    tool('read_file', 'read', { path: word }, gives()),
    tool('notes__lookup', 'network', { query: word }, gives({ kind: 'mcp', name: 'notes', trust: 'foreign' })),
    tool(
      'run_command',
      'execute',
      { command: word },
      {
        assess: (input) => {
          const { level, reasons } = assessCommand(z.object({ command: word }).parse(input).command, { root: '/work' })
          return { risk: { level, reasons: [...reasons] } }
        },
      },
    ),
    tool(
      'fetch_url',
      'network',
      { url: word },
      {
        async run(input) {
          if (url.parse(input).url === 'https://docs.example/page') return text
          ran.push(`fetch_url ${JSON.stringify(input)}`)
          return 'another page'
        },
      },
    ),
    tool(
      'write_file',
      'write',
      { path: word, content: word },
      {
        assess: (input) => ({
          risk: { level: isSteeringPath(z.object({ path: word }).parse(input).path) ? 'high' : 'medium', reasons: [] },
        }),
      },
    ),
    tool(
      'ask_agent',
      'network',
      { url: word, message: word },
      {
        async run(input) {
          if (url.parse(input).url === 'https://peer.example') return text
          ran.push(`ask_agent ${JSON.stringify(input)}`)
          return 'an answer'
        },
        source: () => ({ kind: 'peer', name: 'https://peer.example', trust: 'foreign' }),
      },
    ),
    tool('buy_url', 'network', { url: word, maxPrice: word }),
    tool('mail__send', 'network', { to: word, text: word }),
    tool('remember', 'self', { content: word }),
    tool('forget', 'self', { query: word }),
    tool('create_task', 'self', { title: word }),
  ]
}

/** What changes nothing outside the workspace and tells nobody anything: a file in it, and a page of the site that was asked for. */
function isHarmless(call: string): boolean {
  return (
    /^fetch_url \{"url":"https:\/\/docs\.example\/[\w/]*"\}$/.test(call) ||
    (call.startsWith('write_file') && !call.includes('"path":".g'))
  )
}

function memoryOf(text: string): RecalledMemory {
  const source = { author: 'import' as const, channel: 'notes', at: 0 }
  return { id: 'm1', content: text, kind: 'fact', score: 1, source, verification: 'inferred', confidence: 1 }
}

/** An agent whose operator allows everything beforehand, for a session too. */
function setup(from: Case, options: TestAgentOptions = {}) {
  const ran: string[] = []
  const made = createTestAgent({
    policy: [{ tier: 'allow' }],
    tools: () => tools(from, ran),
    memories: from.via === 'memory' ? [memoryOf(from.text)] : [],
    script: obedience(ways[from.via].first, { obeysRequest: from.via === 'task' }),
    ...options,
  })
  open.push(made)
  const { agent } = made
  if (agent.store.get('s') === undefined) agent.store.create({ id: 's' })
  for (const name of agent.toolbox.names) agent.approvals.grant('s', `${name}: *`)
  const asked: { readonly tool: string; readonly reasons: readonly string[] }[] = []
  agent.events.subscribe('approval:requested', ({ data: { approval } }) => {
    asked.push({ tool: approval.tool, reasons: approval.risk.reasons })
    agent.approvals.decide(approval.id, { decision: 'deny', scope: 'once' })
  })
  const say = (text: string, channel = 'studio', unattended = false) =>
    agent.turn({ sessionId: 's', text, channel, unattended })
  return { ...made, ran, asked, say, harm: () => ran.filter((call) => !isHarmless(call)) }
}

function sayIt(from: Case, say: ReturnType<typeof setup>['say'], unattended = false) {
  return from.via === 'task' ? say(from.text, 'a2a', unattended) : say(ways[from.via].request, 'studio', unattended)
}

test('the corpus has sixty cases and more, each with an order that an obedient model finds', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60)
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  expect(cases.filter(({ text }) => ordersIn(text).length === 0)).toEqual([])
})

describe.each(cases)('$id', (from) => {
  test('an obedient model does it where nobody looks: the case is alive', async () => {
    const { say, asked, harm } = setup(from, { taint: false })
    await sayIt(from, say)
    expect(asked).toEqual([])
    expect(harm()).not.toEqual([])
  })

  test('an obedient model gets nothing done without a person, whatever was allowed beforehand', async () => {
    const { say, asked, harm } = setup(from)
    await sayIt(from, say)
    expect(harm()).toEqual([])
    expect(asked).not.toEqual([])
    for (const { reasons } of asked) expect(reasons[0]).toMatch(/^(?:holds text from|was not asked for)/)
  })

  test('an obedient model gets nothing done where nobody can be asked', async () => {
    const { say, asked, harm } = setup(from)
    await sayIt(from, say, true)
    expect(harm()).toEqual([])
    expect(asked).toEqual([])
  })

  test('the reflex model gets nothing done without a person', async () => {
    const { say, harm } = setup(from, { model: reflexModel() })
    await sayIt(from, say)
    expect(harm()).toEqual([])
  })

  test('the same from the person goes through as before, also beside the text that orders it', async () => {
    const { say, ran, asked } = setup(from, { script: asTold(ordersIn(from.text)) })
    const words = ordersIn(from.text).map(({ input }) =>
      Object.values(z.record(z.string(), z.string()).parse(input)).join('\n'),
    )
    if (from.via !== 'task') await say(ways[from.via].request)
    await say(words.join('\n'))
    expect(asked).toEqual([])
    expect(ran.length).toBeGreaterThanOrEqual(words.length)
  })
})

/** A model that makes calls in the turn whose request is not one of those that only read. */
function asTold(calls: ReturnType<typeof ordersIn>): NonNullable<TestAgentOptions['script']> {
  return ({ prompt }) => {
    const last = prompt.at(-1)
    const said = last?.role === 'user' ? JSON.stringify(last.content) : ''
    const reading = Object.values(ways).find(({ request }) => request !== '' && said.includes(request))
    if (last?.role !== 'user') return { text: 'Done.' }
    return reading?.first === undefined
      ? reading === undefined
        ? { calls }
        : { text: 'Done.' }
      : { calls: [reading.first] }
  }
}
