import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTestAgent, notingTools } from '../testing/test-agent.js'
import type { Tool } from '../tool.js'
import { decideTier, leavesMachine, type PolicyRule, policyRuleSchema } from './policy.js'
import { PolicyError, parsePolicy } from './policy-file.js'
import { fitsGlob, fitsInput, refuseExpression } from './policy-match.js'

const decide = (rules: readonly unknown[], question: Partial<Parameters<typeof decideTier>[0]> = {}) =>
  decideTier(
    {
      tool: { name: 'run_command', effect: 'execute' },
      input: { command: 'git status' },
      assessment: { risk: { level: 'low', reasons: [] } },
      surface: 'studio',
      ...question,
    },
    { rules: rules.map((rule) => policyRuleSchema.parse(rule)), shift: 0 },
  )

describe('decideTier()', () => {
  test('says which rule decided, and why', () => {
    expect(
      decide([
        { tool: 'fetch_*', tier: 'deny' },
        { tool: ['run_*'], tier: 'allow', why: 'git is fine' },
      ]),
    ).toEqual({
      tier: 'allow',
      rule: 1,
      why: 'git is fine',
    })
    expect(decide([])).toEqual({ tier: 'ask', why: 'tools of effect "execute" are asked about' })
  })

  test('holds rules to surfaces and to who speaks', () => {
    const rules: PolicyRule[] = [{ surface: ['studio', 'cli'], user: 'owner', tier: 'allow' }, { tier: 'deny' }]
    expect(decide(rules).tier).toBe('allow')
    expect(decide(rules, { surface: 'a2a' }).tier).toBe('deny')
    expect(decide(rules, { user: 'stranger' }).tier).toBe('deny')
  })

  test('holds rules to texts of the input', () => {
    const rules = [
      { where: { command: 'git *' }, tier: 'allow' },
      { where: { '$.command': { matches: '^npm (ci|test)$' } }, tier: 'allow' },
    ]
    expect(decide(rules).rule).toBe(0)
    expect(decide(rules, { input: { command: 'npm test' } }).rule).toBe(1)
    expect(decide(rules, { input: { command: 'npm test; ls' } }).rule).toBeUndefined()
    expect(decide(rules, { input: {} }).rule).toBeUndefined()
  })

  test('allows only where every text fits, and refuses where one does', () => {
    const input = { files: [{ path: 'docs/a.md' }, { path: 'src/b.ts' }] }
    const of = (tier: string) => [{ where: { 'files[*].path': 'docs/*' }, tier }]
    expect(decide(of('allow'), { input }).tier).toBe('ask')
    expect(decide(of('deny'), { input }).tier).toBe('deny')
  })

  test('asks about high risk whatever a rule allows, and names the rule', () => {
    expect(decide([{ tier: 'allow' }], { assessment: { risk: { level: 'high', reasons: [] } } })).toEqual({
      tier: 'ask',
      rule: 0,
      why: 'its risk is high',
    })
  })
})

describe('policyRuleSchema', () => {
  test.each([
    [{ tier: 'two-key' }],
    [{ tier: 'ask', peer: 'ann' }],
    [{ tier: 'ask', tools: 'x' }],
    [{ tier: 'ask', where: { 'a b': 'x' } }],
    [{ tier: 'ask', where: { a: { matches: '(a+)+$' } } }],
  ])('refuses %j', (rule) => {
    expect(policyRuleSchema.safeParse(rule).success).toBe(false)
  })
})

describe('fitsGlob()', () => {
  test('says what an expression would, in time that does not blow up', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 12 })
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
        expect(fitsGlob(pattern, text)).toBe(expression.test(text))
      }),
    )
    expect(fitsGlob('*a'.repeat(40), 'a'.repeat(5_000).concat('b'))).toBe(false)
  })
})

describe('refuseExpression()', () => {
  test.each(['(a+)+', '(a|b)*c', '(?=x)', '(a)\\1', 'a*b*c*d', '((a{2,}))*', '(', 'x'.repeat(501)])(
    'refuses %s',
    (source) => {
      expect(refuseExpression(source)).toBeDefined()
    },
  )
  test.each(['^git (status|log)', '[a+*(]+', '\\(a+\\)', '(abc)?d+', '^.*\\.md$'])('takes %s', (source) => {
    expect(refuseExpression(source)).toBeUndefined()
  })
})

describe('fitsInput()', () => {
  test('is careful with a text too long for an expression', () => {
    const input = { text: 'a'.repeat(20_000) }
    const rule = { path: 'text', pattern: { matches: 'b' } }
    expect(fitsInput(input, rule, { every: true })).toBe(false)
    expect(fitsInput(input, rule, { every: false })).toBe(true)
  })

  test('reaches nothing that the input does not hold itself', () => {
    expect(fitsInput({}, { path: 'constructor.name', pattern: '*' }, { every: false })).toBe(false)
  })
})

describe('parsePolicy()', () => {
  const mistakesOf = (text: string) => {
    try {
      parsePolicy(text, { file: 'policy.yaml' })
    } catch (error) {
      return error instanceof PolicyError ? error.mistakes : error
    }
    return undefined
  }

  test('reads the example of the guide', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/governance.md', import.meta.url), 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
    expect(parsePolicy(example, { file: 'policy.yaml' }).map(({ tier }) => tier)).toEqual([
      ...['allow', 'allow', 'two-key', 'deny'],
    ])
  })

  test('reads YAML and JSON', () => {
    const rules = [{ tool: 'run_command', where: { command: 'git *' }, tier: 'allow' }]
    expect(parsePolicy(JSON.stringify({ version: 1, rules }), { file: 'policy.json' })).toEqual(rules)
    expect(
      parsePolicy('version: 1\nrules:\n  - { tool: run_command, where: { command: "git *" }, tier: allow }', {
        file: '',
      }),
    ).toEqual(rules)
  })

  test.each([
    ['version: 1\nrules:\n  - tool: a\n    tier: allow\n  - tool: b\n    tier: alow\n', 6],
    ['version: 1\nrules:\n  - tool: a\n    tier: allow\n    tyer: ask\n', 3],
    ['version: 2\nrules: []\n', 1],
    ['version: 1\nrules:\n  - tier: ask\n    tier: deny\n', 4],
    ['version: 1\nrules: [\n', 3],
    ['version: 1\nrules:\n  - &a { tier: ask }\n  - *a\n', 4],
    ['', 1],
  ])('names the line of a mistake in %j', (text, line) => {
    expect(mistakesOf(text)).toEqual([expect.objectContaining({ line })])
  })
})

describe('leavesMachine()', () => {
  const held = { commandsHeld: true }
  test('names what uses the network, and what might where nothing holds it', () => {
    expect(leavesMachine({ effect: 'network' }, {}, held)).toBe('it uses the network')
    expect(leavesMachine({ effect: 'read', remote: true }, {}, held)).toBe('another program does it')
    expect(leavesMachine({ effect: 'execute' }, { command: 'git push' }, held)).toBe('the command uses the network')
    expect(leavesMachine({ effect: 'execute' }, { command: 'npm test' }, held)).toBeUndefined()
    expect(leavesMachine({ effect: 'execute' }, { command: 'npm test' }, { commandsHeld: false })).toContain(
      'no sandbox',
    )
    expect(leavesMachine({ effect: 'write' }, {}, { commandsHeld: false })).toBeUndefined()
  })

  test('is asked about before rules, which cannot allow it', async () => {
    const ran: string[] = []
    const [look, change] = notingTools(ran)
    const tools = () => [{ ...look, effect: 'network' as const }, change].filter((tool) => tool !== undefined) as Tool[]
    const calls = [
      { name: 'look', input: { value: 'x' } },
      { name: 'change', input: { value: 'y' } },
    ]
    const made = createTestAgent({
      airGap: held,
      policy: [{ tier: 'allow' }],
      tools,
      script: [{ calls }, { text: 'Done.' }],
    })
    await made.agent.turn({ text: 'go', channel: 'test' })
    expect(ran).toEqual(['change y'])
    expect(await made.agent.explain({ tool: 'look', input: { value: 'x' } })).toMatchObject({
      tier: 'deny',
      why: 'it uses the network, and the agent is kept off the network',
    })
    await made.agent.close()
    made.db.close()
  })
})

describe('an agent with a policy', () => {
  test('explains what it would do, and does nothing', async () => {
    const ran: string[] = []
    const made = createTestAgent({
      policy: [{ tool: 'change', surface: 'cli', tier: 'deny', why: 'not here' }],
      tools: () => notingTools(ran),
    })
    const input = { value: 'x' }
    expect(await made.agent.explain({ tool: 'change', input })).toMatchObject({
      tier: 'deny',
      rule: 0,
      why: 'not here',
    })
    expect(await made.agent.explain({ tool: 'change', input, surface: 'studio' })).toMatchObject({ tier: 'ask' })
    await expect(made.agent.explain({ tool: 'none', input })).rejects.toMatchObject({ code: 'agent/input' })
    await expect(made.agent.explain({ tool: 'change', input: 3 })).rejects.toMatchObject({ code: 'agent/input' })
    expect(ran).toEqual([])
    await made.agent.close()
    made.db.close()
  })
})
