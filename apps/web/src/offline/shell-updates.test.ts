import { describe, expect, test } from 'vitest'
import { createShellUpdates } from './shell-updates.js'

/** A browser's container with a worker in charge, and one that comes. */
function createContainer(controlled: boolean) {
  const changes: (() => void)[] = []
  const said: unknown[] = []
  const states: (() => void)[] = []
  const worker = {
    state: 'installing',
    addEventListener: (_: string, listener: () => void) => void states.push(listener),
    postMessage: (word: unknown) => void said.push(word),
  }
  const found: (() => void)[] = []
  const registration = {
    waiting: null,
    installing: null as unknown,
    addEventListener: (_: string, listener: () => void) => void found.push(listener),
    update: async () => undefined,
  }
  const container = {
    controller: controlled ? {} : null,
    register: async () => registration,
    addEventListener: (_: string, listener: () => void) => void changes.push(listener),
  } as object as ServiceWorkerContainer
  return {
    container,
    said,
    takeOver: () => {
      for (const change of changes) change()
    },
    install() {
      registration.installing = worker
      for (const listener of found) listener()
      worker.state = 'installed'
      for (const listener of states) listener()
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createShellUpdates()', () => {
  test('tells of a newer version, and reloads once it is in charge', async () => {
    const { container, said, takeOver, install } = createContainer(true)
    let reloads = 0
    const updates = createShellUpdates({ container, reload: () => void reloads++ })
    await settled()
    expect(updates.snapshot()).toBe(false)
    install()
    expect([updates.snapshot(), reloads]).toEqual([true, 0])
    updates.apply()
    expect(said).toEqual(['activate'])
    takeOver()
    expect(reloads).toBe(1)
  })

  test('says nothing of the first worker of a browser', async () => {
    const { container, takeOver, install } = createContainer(false)
    let reloads = 0
    const updates = createShellUpdates({ container, reload: () => void reloads++ })
    await settled()
    install()
    takeOver()
    expect([updates.snapshot(), reloads]).toEqual([false, 0])
  })

  test('does nothing where pages are not secure', () => {
    const updates = createShellUpdates({ container: undefined, reload: () => undefined })
    updates.check()
    expect(updates.snapshot()).toBe(false)
  })
})
