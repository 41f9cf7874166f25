import { describe, expect, test } from 'vitest'
import { createEventBus } from './events.js'

interface Events {
  'task:created': { id: number }
  'task:finished': { id: number }
}

function createBus() {
  const errors: [string, string][] = []
  const bus = createEventBus<Events>({ onError: (error, name) => errors.push([String(error), name]) })
  return { bus, errors }
}

describe('createEventBus()', () => {
  test('delivers at once, in order of subscription, by name or all', () => {
    const { bus } = createBus()
    const heard: string[] = []
    bus.subscribe('task:created', ({ id }) => heard.push(`created ${id}`))
    bus.subscribeAll((name, { id }) => heard.push(`any ${name} ${id}`))
    bus.subscribe('task:finished', ({ id }) => heard.push(`finished ${id}`))
    bus.publish('task:created', { id: 1 })
    bus.publish('task:finished', { id: 2 })
    expect(heard).toEqual(['created 1', 'any task:created 1', 'any task:finished 2', 'finished 2'])
  })

  test('does nothing when nobody listens', () => {
    expect(createBus().bus.publish('task:created', { id: 1 })).toBeUndefined()
  })

  test('stops a handler that was stopped, during a delivery too, and only that one', () => {
    const { bus } = createBus()
    const heard: string[] = []
    const handler = (name: string) => () => void heard.push(name)
    bus.subscribe('task:created', () => stop())
    const stop = bus.subscribe('task:created', handler('stopped'))
    const same = handler('same')
    const stopOne = bus.subscribe('task:created', same)
    bus.subscribe('task:created', same)
    stopOne()
    stopOne()
    bus.publish('task:created', { id: 1 })
    expect(heard).toEqual(['same'])
  })

  test('lets who subscribes during a delivery hear the next event', () => {
    const { bus } = createBus()
    const heard: number[] = []
    const stop = bus.subscribe('task:created', () => {
      stop()
      bus.subscribe('task:created', ({ id }) => heard.push(id))
    })
    bus.publish('task:created', { id: 1 })
    bus.publish('task:created', { id: 2 })
    expect(heard).toEqual([2])
  })

  test('shows everyone one order when a handler publishes', () => {
    const { bus } = createBus()
    const heard: string[] = []
    bus.subscribe('task:created', ({ id }) => bus.publish('task:finished', { id }))
    bus.subscribeAll((name) => heard.push(name))
    bus.publish('task:created', { id: 1 })
    expect(heard).toEqual(['task:created', 'task:finished'])
  })

  test('reports what a handler throws or rejects with, and goes on', async () => {
    const { bus, errors } = createBus()
    const heard: number[] = []
    bus.subscribe('task:created', () => {
      throw new Error('thrown')
    })
    bus.subscribe('task:created', async () => {
      throw new Error('rejected')
    })
    bus.subscribe('task:created', ({ id }) => heard.push(id))
    bus.publish('task:created', { id: 1 })
    await Promise.resolve()
    expect(heard).toEqual([1])
    expect(errors).toEqual([
      ['Error: thrown', 'task:created'],
      ['Error: rejected', 'task:created'],
    ])
  })

  test('keeps working after its error handler failed', () => {
    const bus = createEventBus<Events>({
      onError: (error) => {
        throw error
      },
    })
    const stop = bus.subscribe('task:created', () => {
      throw new Error('no')
    })
    expect(() => bus.publish('task:created', { id: 1 })).toThrow('no')
    stop()
    const heard: number[] = []
    bus.subscribe('task:created', ({ id }) => heard.push(id))
    bus.publish('task:created', { id: 2 })
    expect(heard).toEqual([2])
  })
})
