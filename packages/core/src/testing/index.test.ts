import { describe, expect, test } from 'vitest'
import { recordingLogger, recordingPublisher, stoppedClock } from './index.js'

describe('stoppedClock()', () => {
  test('moves only when it is advanced', async () => {
    const clock = stoppedClock(1_000)
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250])
  })

  test('wakes sleepers at their time, earliest first, those among them that fall asleep again too', async () => {
    const clock = stoppedClock()
    const story: string[] = []
    const sleeper = async (name: string, ...times: number[]): Promise<void> => {
      for (const ms of times) {
        await clock.sleep(ms)
        story.push(`${name} ${clock.now()}`)
      }
    }
    const sleepers = [sleeper('a', 30, 30), sleeper('b', 10, 10, 100), sleeper('c', 10)]
    await clock.advance(60)
    expect(story).toEqual(['b 10', 'c 10', 'b 20', 'a 30', 'a 60'])
    await clock.advance(60)
    await Promise.all(sleepers)
    expect(story.at(-1)).toBe('b 120')
  })

  test('does not wait when there is nothing to wait for', async () => {
    const clock = stoppedClock()
    await clock.sleep(0)
    await clock.sleep(-1)
    expect(clock.now()).toBe(0)
  })

  test('wakes by the reason of a signal, before and during', async () => {
    const clock = stoppedClock()
    const reason = new Error('enough')
    await expect(clock.sleep(10, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const sleeping = clock.sleep(10, { signal: controller.signal })
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    await clock.advance(20)
    expect(clock.now()).toBe(20)
  })
})

describe('recordingPublisher()', () => {
  test('keeps what was published, in order', () => {
    const events = recordingPublisher<{ 'task:created': { id: number }; 'task:finished': { id: number } }>()
    events.publish('task:finished', { id: 1 })
    events.publish('task:created', { id: 2 })
    expect(events.published).toEqual([
      ['task:finished', { id: 1 }],
      ['task:created', { id: 2 }],
    ])
  })
})

describe('recordingLogger()', () => {
  test('keeps lines with level, name and fields, those of children included', () => {
    const log = recordingLogger()
    log.info('one')
    log.child('memory').error('two', { a: 1 })
    expect(log.lines).toEqual([
      { level: 'info', name: '', message: 'one', fields: {} },
      { level: 'error', name: 'memory', message: 'two', fields: { a: 1 } },
    ])
  })
})
