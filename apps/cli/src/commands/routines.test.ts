import type { Routine } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { type ServedRequest, sendJson } from '../testing/serve.js'

const routine: Routine = {
  ...{ id: 2, title: 'Morning', enabled: true, missed: 'once', createdAt: 0 },
  trigger: { type: 'cron', cron: '30 7 * * 1-5', timezone: 'Europe/Zurich' },
  action: { type: 'briefing', period: 'day' },
  nextAt: Date.UTC(2026, 10, 23, 6, 30),
  lastRun: { id: 'r', routineId: 2, dueAt: Date.UTC(2026, 10, 20, 6, 30), state: 'done', news: [] },
}

function answer({ method, path }: ServedRequest, response: Parameters<typeof sendJson>[0]): void {
  if (path === '/api/routines' && method === 'GET') sendJson(response, { routines: [routine] })
  else if (path === '/api/routines') sendJson(response, { routine, secret: 'abc' })
  else if (path === '/api/briefing?period=week') sendJson(response, { text: '**Done**\n\n- #1 It \u001b[31mall' })
  else sendJson(response, { code: 'agent/routine-unknown', detail: 'There is no routine 9' }, 404)
}

const run = (...words: string[]) => runOnNode(words, answer, { folder: '/repo' })

describe('salp routines', () => {
  test('lists when each is due, what it does, and how it went', async () => {
    expect((await run('routines')).output).toBe(
      '#2 Morning\n   at 30 7 * * 1-5 in Europe/Zurich, next 2026-11-23 06:30 UTC  last done 2026-11-20 06:30 UTC\n   briefing of the day\n',
    )
  })

  test.each([
    [
      ['Is it dry?', '--every', '60'],
      { title: 'Is it dry?', trigger: { type: 'every', minutes: 60 }, action: { type: 'turn', text: 'Is it dry?' } },
    ],
    [
      ['Mend it', '--verify', 'npm test', '--folder', 'lib', '--cron', '0 2 * * *', '--skip-missed'],
      {
        ...{ title: 'Mend it', missed: 'skip', trigger: { type: 'cron', cron: '0 2 * * *' } },
        action: { type: 'task', title: 'Mend it', order: { verify: ['npm test'], folder: '/repo/lib' } },
      },
    ],
    [
      ['New notes?', '--files', 'notes', '--glob', '*.md', '--title', 'Notes'],
      { title: 'Notes', trigger: { type: 'files', folder: '/repo/notes', glob: '*.md' } },
    ],
  ])('adds %o', async (words, body) => {
    const { requests, exitCode } = await run('routines', 'add', ...words)
    expect(exitCode).toBe(0)
    expect(requests).toMatchObject([{ method: 'POST', path: '/api/routines', body }])
  })

  test('shows the secret of a webhook, with the address to call', async () => {
    const { output } = await run('routines', 'add', 'Look', '--webhook')
    expect(output).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/api\/hooks\/2\n {3}secret abc\n/)
  })

  test.each([[['Look']], [['Look', '--every', '5', '--webhook']]])('asks for one time in %o', async (words) => {
    const { exitCode, errors, requests } = await run('routines', 'add', ...words)
    expect([exitCode, requests]).toEqual([2, []])
    expect(errors).toContain('--cron')
  })

  test('says that there is none of a number', async () => {
    const { exitCode, errors } = await run('routines', 'rest', '9')
    expect(exitCode).toBe(1)
    expect(errors).toContain('There is no routine 9')
  })
})

describe('salp briefing', () => {
  test('prints Markdown, without what would move the terminal', async () => {
    const { output } = await run('briefing', '--week')
    expect(output).toContain('Done')
    expect(output).not.toContain('\u001b[31mall')
  })
})
