import type { CartridgeDraft, CartridgeView, ChangeOrder } from '@salp/cartridge'
import { describe, expect, test } from 'vitest'
import { createDraftSaver, type DraftSaver, type SaveState, type Stashed } from './draft-saver.js'

const draft: CartridgeDraft = {
  ...{ name: 'Snake', description: '', source: 'a', page: '<p>' },
  ...{ capabilities: [], callTargets: [], httpHosts: [], tests: [] },
}

const view = (change: Partial<CartridgeDraft> = {}, revision = 1): CartridgeView => ({
  ...{ id: 'snake', name: 'Snake', description: '', kind: 'interactive', language: 'assemblyscript', capabilities: [] },
  ...{ changed: false, published: false, path: '/c/snake', changedAt: 0, use: { calls: 0, traps: 0 }, versions: [] },
  draft: { ...draft, ...change },
  revision,
})

interface Bench {
  readonly saver: DraftSaver
  readonly states: SaveState['status'][]
  readonly sent: ChangeOrder[]
  readonly stashes: (Stashed | undefined)[]
  /** What the node holds. */
  node: CartridgeView
  /** Lets a request fail before it reaches the node. */
  broken: Error | undefined
  /** The pause in writing is over. */
  settle(): Promise<void>
}

const conflict = new Error('stale')

function bench(stashed?: Stashed, first = view()): Bench {
  let wake = (): void => undefined
  const states: SaveState['status'][] = []
  const sent: ChangeOrder[] = []
  const stashes: (Stashed | undefined)[] = []
  const made: Omit<Bench, 'saver'> = {
    ...{ states, sent, stashes, node: first, broken: undefined },
    async settle() {
      wake()
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    },
  }
  const deps = {
    async send({ revision, ...change }: ChangeOrder) {
      if (made.broken !== undefined) throw made.broken
      if (revision !== made.node.revision) throw conflict
      sent.push(change)
      const { page, port: _, ...rest } = { ...made.node.draft, ...change } as CartridgeDraft & { page: string | null }
      made.node = view({ ...rest, ...(page === null ? { page: undefined } : { page }) }, made.node.revision + 1)
      return made.node
    },
    load: async () => made.node,
    isConflict: (error: unknown) => error === conflict,
    pause: (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        wake = resolve
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
    stash: (kept: Stashed | undefined) => void stashes.push(kept),
    onChange: (_: CartridgeDraft, state: SaveState) => void states.push(state.status),
  }
  return Object.assign(made, { saver: createDraftSaver(deps, first, stashed) })
}

describe('createDraftSaver()', () => {
  test('saves once after a pause in writing, and keeps it elsewhere until then', async () => {
    const { saver, states, sent, stashes, settle } = bench()
    saver.change({ source: 'ab' })
    saver.change({ source: 'abc', name: 'Worm' })
    expect(sent).toEqual([])
    expect(stashes.at(-1)).toEqual({ revision: 1, change: { source: 'abc', name: 'Worm' } })
    await settle()
    expect(sent).toEqual([{ source: 'abc', name: 'Worm' }])
    expect([states.at(-1), stashes.at(-1), saver.draft.source]).toEqual(['saved', undefined, 'abc'])
  })

  test('has nothing to save once the text is again what it was', async () => {
    const { saver, sent, settle } = bench()
    saver.change({ source: 'ab' })
    saver.change({ source: 'a' })
    await settle()
    expect([sent, saver.state.status]).toEqual([[], 'saved'])
  })

  test('takes a page away', async () => {
    const { saver, sent } = bench()
    saver.change({ page: undefined })
    expect(await saver.flush()).toBe(true)
    expect([sent, 'page' in saver.draft]).toEqual([[{ page: null }], false])
  })

  test('saves what was written while it saved', async () => {
    const { saver, sent } = bench()
    saver.change({ source: 'ab' })
    const saved = saver.flush()
    saver.change({ source: 'abc' })
    expect(await saved).toBe(true)
    expect([sent, saver.draft.source, saver.state.status]).toEqual([
      [{ source: 'ab' }, { source: 'abc' }],
      'abc',
      'saved',
    ])
  })

  test('saves even what was changed back while it saved', async () => {
    const { saver, node: _, ...rest } = bench()
    saver.change({ source: 'ab' })
    const saved = saver.flush()
    saver.change({ source: 'a' })
    await saved
    expect([rest.sent, saver.draft.source]).toEqual([[{ source: 'ab' }, { source: 'a' }], 'a'])
  })

  test('joins changes of different fields by itself', async () => {
    const made = bench()
    made.saver.change({ source: 'mine' })
    made.node = view({ name: 'Theirs' }, 2)
    expect(await made.saver.flush()).toBe(true)
    expect(made.saver.draft).toMatchObject({ source: 'mine', name: 'Theirs' })
    expect(made.node.draft).toMatchObject({ source: 'mine', name: 'Theirs' })
  })

  test('asks where both changed one field, and loses neither', async () => {
    const made = bench()
    made.saver.change({ source: 'mine' })
    made.node = view({ source: 'theirs' }, 2)
    expect(await made.saver.flush()).toBe(false)
    expect(made.saver.state).toMatchObject({ status: 'conflict', fields: ['source'] })
    made.saver.change({ source: 'mine, longer' })
    expect([made.saver.draft.source, made.node.draft.source]).toEqual(['mine, longer', 'theirs'])
    expect(made.stashes.at(-1)).toEqual({ revision: 1, change: { source: 'mine, longer' } })
    expect(await made.saver.keepMine()).toBe(true)
    expect(made.node.draft.source).toBe('mine, longer')
  })

  test('takes theirs when told to, and saves the rest', async () => {
    const made = bench()
    made.saver.change({ source: 'mine', name: 'Worm' })
    made.node = view({ source: 'theirs' }, 2)
    await made.saver.flush()
    made.saver.takeTheirs()
    await made.settle()
    expect(made.node.draft).toMatchObject({ source: 'theirs', name: 'Worm' })
    expect(made.saver.state.status).toBe('saved')
  })

  test('follows what the agent writes while nothing is written here', () => {
    const { saver } = bench()
    saver.adopt(view({ source: 'rewritten' }, 2))
    expect([saver.draft.source, saver.state.status]).toEqual(['rewritten', 'saved'])
    saver.adopt(view({ source: 'older' }, 1))
    expect(saver.draft.source).toBe('rewritten')
  })

  test('keeps a change that could not be sent, and sends it when asked', async () => {
    const made = bench()
    made.broken = new Error('offline')
    made.saver.change({ source: 'ab' })
    expect(await made.saver.flush()).toBe(false)
    expect([made.saver.state.status, made.stashes.at(-1)]).toEqual([
      'failed',
      { revision: 1, change: { source: 'ab' } },
    ])
    made.broken = undefined
    expect(await made.saver.flush()).toBe(true)
    expect(made.node.draft.source).toBe('ab')
  })

  test('goes on with what was left unsaved', async () => {
    const made = bench({ revision: 1, change: { source: 'left' } })
    expect(made.saver.draft.source).toBe('left')
    await made.settle()
    expect(made.node.draft.source).toBe('left')
  })

  test('asks about what was left unsaved if the draft has changed since', () => {
    const { saver } = bench({ revision: 1, change: { source: 'left', name: 'Snake' } }, view({ source: 'newer' }, 3))
    expect(saver.state).toMatchObject({ status: 'conflict', fields: ['source'] })
    saver.takeTheirs()
    expect([saver.draft.source, saver.state.status]).toEqual(['newer', 'saved'])
  })
})
