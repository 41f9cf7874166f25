import { describe, expect, test } from 'vitest'
import { orAborted } from './watchdog.js'

describe('orAborted()', () => {
  test('gives what the work gives, or fails as it fails', async () => {
    const { signal } = new AbortController()
    expect(await orAborted(Promise.resolve(1), signal)).toBe(1)
    await expect(orAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
  })

  test('ends with the reason of the signal, and leaves no failure of the work unheard', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(orAborted(Promise.reject(new Error('late')), gone)).rejects.toThrow('gone')
    const stop = new AbortController()
    const failing = orAborted(new Promise((_, reject) => setImmediate(() => reject(new Error('later')))), stop.signal)
    stop.abort(new Error('stopped'))
    await expect(failing).rejects.toThrow('stopped')
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })
})
