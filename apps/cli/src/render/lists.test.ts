import type { ReplayReport, Task } from '@salp/agent'
import { expect, test } from 'vitest'
import { renderDiagnosis } from './diagnosis.js'
import { renderMemories } from './memory.js'
import { renderReplay } from './replay.js'
import { renderSessions, renderTranscript } from './sessions.js'
import { renderSettings } from './settings.js'
import { createStyle } from './style.js'
import { renderTasks } from './tasks.js'

const style = createStyle({ color: false })

test('renderTasks() aligns numbers and shows notes, priority and status', () => {
  const task = (change: Partial<Task>): Task => ({
    id: 1,
    title: 't',
    notes: '',
    status: 'open',
    priority: 0,
    createdAt: 0,
    updatedAt: 0,
    ...change,
  })
  const tasks = [
    task({ title: 'Review\u001b the README', priority: 2, notes: 'all of it' }),
    task({ id: 12, status: 'in_progress' }),
    task({ id: 3, status: 'done' }),
  ]
  expect(renderTasks(tasks, style)).toMatchInlineSnapshot(`
    "#1  ○ Review␛ the README  priority 2
          all of it
    #12 ◐ t  in progress
    #3  ● t  done"
  `)
})

test('renderReplay() shows what differs beside what was, and what it cannot tell', () => {
  const figures = { rank: 1, forecast: 0.77, bits: 1.2, level: 0.3, timeoutMs: 1_500, regime: 'balanced' as const }
  const steering = {
    ...{ regime: 'balanced', tier: 'standard', toolBudget: 100, retrievalLimit: 5 },
    ...{ verification: 'normal' as const, askHuman: false },
  }
  const modules = {
    ...{ perception: true, surprise: false, belief: true, precision: true, neuromodulation: true, blackboard: true },
    ...{ memory: true, counterfactual: true, integration: false, holographic: true, controllers: true },
  }
  const report: ReplayReport = {
    sessionId: 's',
    modules,
    learntBefore: 12,
    turns: [
      {
        turnId: 't',
        input: 'Look at it',
        at: 0,
        status: 'completed',
        steps: [
          { step: 1, recorded: steering, replayed: steering },
          { step: 2, recorded: steering, replayed: { ...steering, regime: 'explore', askHuman: true } },
        ],
        calls: [
          {
            ...{ callId: 'c', tool: 'look', outcome: 'error', at: 0, recorded: figures },
            replayed: { ...figures, rank: 2, bits: 0 },
          },
        ],
      },
    ],
    scores: {
      calls: 1,
      recorded: { brier: 0.5929, logLoss: 1.4697 },
      replayed: { brier: 0.5929, logLoss: 1.4697 },
      baseRate: { brier: 0, logLoss: 0 },
    },
    limits: ['What was not called cannot be replayed.'],
  }
  expect(renderReplay(report, style)).toMatchInlineSnapshot(`
    "Off in the replay: surprise, integration
    Learnt first from 12 calls of earlier sessions

    › Look at it  completed
      step 1  balanced · standard model · 100 calls · 5 memories
      step 2  balanced → explore · standard model · 100 calls · 5 memories · not so → asks you
      ✗ look  #1 → #2 · works 77 % · 1.2 → 0.0 bits · limit 1.5 s · balanced

    Forecasts of 1 call  lower is better
                     Brier    log loss
      recorded       0.593       1.470
      replayed       0.593       1.470
      base rate      0.000       0.000  the share that worked, known only in hindsight

    What a replay cannot tell
      · What was not called cannot be replayed."
  `)
})

test('renderMemories() shows where each comes from', () => {
  const source = { author: 'agent' as const, channel: 'cli', at: 0 }
  const hit = {
    id: 'm1',
    content: 'Keys rotate',
    kind: 'fact' as const,
    score: 1,
    source,
    verification: 'inferred' as const,
    confidence: 0.7,
  }
  expect(renderMemories([hit], style, 7_200_000)).toBe(
    'Keys rotate\n  fact · inferred · the agent in cli, 2 hours ago · m1',
  )
})

test('renderSessions() tells which one runs', () => {
  const session = { id: 's1', title: '', createdAt: 0, updatedAt: 0, messageCount: 2, active: true }
  expect(renderSessions([session], style, 0)).toBe('Untitled  running\n  just now · 2 messages · s1')
})

test('renderTranscript() shows what was said and done', () => {
  const messages = [
    { role: 'user' as const, parts: [{ type: 'text', text: 'run ls' }] },
    {
      role: 'assistant' as const,
      parts: [
        { type: 'step-start' },
        { type: 'dynamic-tool', toolName: 'run_command', state: 'output-denied', input: { command: 'ls' } },
        { type: 'text', text: 'You said no.' },
      ],
    },
  ]
  expect(renderTranscript(messages, style)).toBe('› run ls\n\n✗ Run ls · denied\nYou said no.')
})

test('renderSettings() says where each value came from', () => {
  const entries = [
    { path: 'server.port', value: 4023, source: 'default', origin: 'Port to listen on' },
    { path: 'model.url', value: null, source: 'default', origin: '' },
    { path: 'model.key', value: '[hidden]', source: 'environment', origin: 'SALP_MODEL_KEY' },
  ]
  expect(renderSettings(entries, style)).toBe(
    [
      'server.port  4023       default: Port to listen on',
      'model.url    (not set)  default',
      'model.key    [hidden]   environment: SALP_MODEL_KEY',
    ].join('\n'),
  )
})

test('renderDiagnosis() says how to mend what is not well, and sums up', () => {
  const checks = [
    { id: 'a', title: 'Node.js', status: 'pass' as const, detail: '24.0.0', fix: 'none' },
    { id: 'b', title: 'Token', status: 'fail' as const, detail: 'can be read by others', fix: 'chmod 600 token' },
    { id: 'c', title: 'NATS', status: 'skip' as const, detail: 'not found' },
  ]
  expect(renderDiagnosis({ healthy: false, checks }, style)).toMatchInlineSnapshot(`
    "Pass  Node.js  24.0.0
    Fail  Token    can be read by others
                   → chmod 600 token
    Skip  NATS     not found

    Something must be mended: 1 passed, 1 failed, 1 skipped"
  `)
})
