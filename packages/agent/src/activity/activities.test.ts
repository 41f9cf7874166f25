import { recordingLogger } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { createAutonomy } from '../autonomy/autonomy.js'
import type { Activity } from '../protocol-activity.js'
import { createTestAgent, eventOf, type TestAgentOptions } from '../testing/test-agent.js'
import { createTestApi } from '../testing/test-api.js'
import { type Activities, ActivityError, type ActivitySource, createActivities, type Pause } from './activities.js'
import { agentSources } from './agent-sources.js'

function createSwitch(): Pause & { state: string | undefined } {
  return {
    state: undefined,
    reason() {
      return this.state
    },
    begin(reason) {
      this.state = reason
    },
    end() {
      this.state = undefined
    },
  }
}

const activity = (change: Partial<Activity>): Activity => ({
  ...{ id: 'a', kind: 'turn', title: 'A', state: 'running', since: 1 },
  ...change,
})

function create(...sources: ActivitySource[]) {
  const pause = createSwitch()
  const log = recordingLogger()
  const bound: Pause = { reason: () => pause.reason(), begin: (why) => pause.begin(why), end: () => pause.end() }
  return { pause, log, activities: createActivities({ sources, pause: bound, log }) }
}

describe('createActivities()', () => {
  test('shows what needs a person first, then the oldest, of every source', () => {
    const one = activity({ id: 'a', since: 3 })
    const two = activity({ id: 'b', since: 2 })
    const three = activity({ id: 'c', since: 9, state: 'waiting' })
    const { activities } = create(
      { list: () => [one], stop: () => undefined },
      { list: () => [two, three], stop: () => undefined },
    )
    expect(activities.now()).toEqual({ activities: [three, two, one] })
  })

  test('stops one at its source, and says so where there is none', async () => {
    const stopped: string[] = []
    const { activities } = create({ list: () => [activity({})], stop: (id) => void stopped.push(id) })
    await activities.stop('a')
    expect(stopped).toEqual(['a'])
    await expect(activities.stop('b')).rejects.toThrow(ActivityError)
  })

  test('pauses before it stops everything, and tells what could not be stopped', async () => {
    const story: string[] = []
    const sources: ActivitySource[] = [
      {
        list: () => [activity({ id: 'a' }), activity({ id: 'b', title: 'Blocked', state: 'blocked' })],
        stop: (id) => void story.push(`${id} while ${pause.state}`),
      },
      { list: () => [activity({ id: 'c', title: 'Stuck' })], stop: () => Promise.reject(new Error('No')) },
    ]
    const { activities, pause, log } = create(...sources)
    expect(await activities.stopAll('enough')).toEqual({ stopped: 1, failed: ['Stuck'] })
    expect(story).toEqual(['a while enough'])
    expect(log.lines).toMatchObject([{ level: 'error', message: 'Something could not be stopped' }])
    expect(activities.now().paused).toBe('enough')
    activities.end()
    expect(activities.now().paused).toBeUndefined()
  })
})

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function openAgent(options: TestAgentOptions) {
  const made = createTestAgent(options)
  cleanups.push(
    () => made.agent.close(),
    () => made.db.close(),
  )
  cleanups.reverse()
  return made
}

describe('agentSources()', () => {
  test('show a turn that waits for a person, and stop it', async () => {
    const made = openAgent({ script: [{ calls: [{ name: 'change', input: { value: 'a' } }] }] })
    const { activities } = create(...agentSources(made))
    const turn = made.agent.stream({ sessionId: 's', text: 'Change it', channel: 'acp' })
    await eventOf(made, 'approval:requested')
    expect(activities.now().activities).toMatchObject([
      { id: 'turn:s', kind: 'turn', title: 'Change it', detail: 'Change it', channel: 'acp', state: 'waiting' },
    ])
    await activities.stop('turn:s')
    expect((await turn.result).status).toBe('cancelled')
    expect([activities.now().activities, made.agent.approvals.pending()]).toEqual([[], []])
  })

  test('show a call without a turn, and stop it', async () => {
    const made = openAgent({})
    const { activities } = create(...agentSources(made))
    const order = { sessionId: 's', title: 'Calls', tool: 'change', input: { value: 'a' }, channel: 'mcp' }
    const call = made.agent.call(order, { signal: new AbortController().signal })
    await eventOf(made, 'approval:requested')
    expect(activities.now().activities).toMatchObject([
      { kind: 'call', title: 'change', channel: 'mcp', state: 'waiting', sessionId: 's' },
    ])
    await activities.stopAll('enough')
    expect(await call.outcome).toMatchObject({ status: 'error' })
    expect(activities.now().activities).toEqual([])
  })

  test('show a task that is done alone, once, and what needs a person', async () => {
    const made = openAgent({})
    const checkout = {
      open: () => Promise.reject(new Error('There is no repository')),
      keep: () => Promise.reject(new Error('unused')),
      verify: () => Promise.reject(new Error('unused')),
      merge: () => Promise.reject(new Error('unused')),
      diff: () => Promise.reject(new Error('unused')),
      close: () => Promise.resolve(),
    }
    const autonomy = createAutonomy({ ...made, checkout, places: { keep: () => undefined } })
    cleanups.unshift(() => autonomy.close())
    const { activities } = create(...agentSources({ agent: made.agent, autonomy }))
    const { id } = made.agent.tasks.create({ title: 'Mend it' })
    autonomy.add(id, { verify: ['true'] })
    expect(activities.now().activities).toMatchObject([
      { id: `task:${id}`, kind: 'task', title: 'Mend it', state: 'queued', detail: 'Waits for its turn' },
    ])
    await activities.stop(`task:${id}`)
    expect(activities.now().activities).toEqual([])
  })
})

describe('/api/now', () => {
  test('tells what goes on, pauses, stops and resumes', async () => {
    let activities: Activities | undefined
    const { request, close, agent } = createTestApi({
      script: [{ calls: [{ name: 'change', input: { value: 'a' } }] }],
      activities: (made) => {
        activities = create(...agentSources(made)).activities
        return activities
      },
    })
    const turn = agent.stream({ sessionId: 's', text: 'Change it', channel: 'cli' })
    const now = async () => (await (await request('/api/now')).json()) as { paused?: string; activities: Activity[] }
    expect((await now()).activities).toMatchObject([{ id: 'turn:s', channel: 'cli' }])
    expect((await request('/api/now/stop', { json: { id: 'turn:other' } })).status).toBe(404)
    const stopped = await request('/api/now/stop-all', { json: {} })
    expect(await stopped.json()).toEqual({ stopped: 1, failed: [] })
    expect((await turn.result).status).toBe('cancelled')
    expect(await now()).toEqual({ paused: 'Paused by a person', activities: [] })
    expect((await request('/api/pause', { method: 'DELETE' })).status).toBe(204)
    await request('/api/pause', { json: { reason: 'Dinner' } })
    expect((await now()).paused).toBe('Dinner')
    await close()
  })
})
