/** Saves a draft by itself while it is written, and loses nothing when somebody else writes too. */

import type { CartridgeDraft, CartridgeView, ChangeOrder } from '@salp/cartridge'

/** A part of a draft that can be changed by itself. */
export type DraftField = keyof CartridgeDraft

/** What was changed and is not saved, by field; `undefined` takes a page or a port away. */
export type DraftChange = { readonly [Field in DraftField]?: CartridgeDraft[Field] | undefined }

/** How what is written stands. */
export type SaveState =
  | { readonly status: 'saved' }
  | { readonly status: 'unsaved' }
  | { readonly status: 'saving' }
  /** It is tried again with the next change, or when asked. */
  | { readonly status: 'failed'; readonly error: unknown }
  /** Somebody else changed the same; a person decides. */
  | { readonly status: 'conflict'; readonly theirs: CartridgeView; readonly fields: readonly DraftField[] }

/** What was not saved when the page was left, and the revision that it was made upon. */
export interface Stashed {
  readonly revision: number
  readonly change: DraftChange
}

/** What {@link createDraftSaver} asks for. */
export interface DraftSaverDeps {
  /** Sends a change. @throws An error for which `isConflict` holds if `revision` is not the newest. */
  send(change: ChangeOrder): Promise<CartridgeView>
  load(): Promise<CartridgeView>
  isConflict(error: unknown): boolean
  /** Waits for a pause in writing. @throws The signal's reason if it aborts. */
  pause(signal: AbortSignal): Promise<void>
  /** Keeps what is not saved where it outlives the page; `undefined` forgets it. */
  stash(stashed: Stashed | undefined): void
  /** Told of each change of draft or state. */
  onChange(draft: CartridgeDraft, state: SaveState): void
}

/** A draft that is being written. */
export interface DraftSaver {
  /** The draft as it is written, saved or not. */
  readonly draft: CartridgeDraft
  readonly state: SaveState
  change(change: DraftChange): void
  /** Takes what the node has now: fields that were not changed here follow it. */
  adopt(view: CartridgeView): void
  /** Saves now. @returns Whether all is saved. */
  flush(): Promise<boolean>
  /** In a conflict: saves what was written here over theirs. */
  keepMine(): Promise<boolean>
  /** In a conflict: takes theirs. */
  takeTheirs(): void
  /** Stops waiting and sends what is left. */
  close(): void
}

/** Creates a saver for the draft of `view`, going on with what was stashed. */
export function createDraftSaver(
  { send, load, isConflict, pause, stash, onChange }: DraftSaverDeps,
  view: CartridgeView,
  stashed?: Stashed | undefined,
): DraftSaver {
  let base = view
  let change: DraftChange = {}
  let state: SaveState = { status: 'saved' }
  let waiting = new AbortController()
  let sending: Promise<boolean> | undefined

  const isEmpty = (): boolean => Object.keys(change).length === 0
  const shown = (): CartridgeDraft => applied(base.draft, change)

  const set = (next: SaveState): void => {
    state = next
    stash(isEmpty() ? undefined : { revision: base.revision, change })
    onChange(shown(), state)
  }

  /** Takes a newer view; a field that both changed, and not alike, is a conflict. */
  const rebase = (theirs: CartridgeView): boolean => {
    change = differing(change, theirs.draft)
    const fields = fieldsOf(change).filter((field) => !same(base.draft[field], theirs.draft[field]))
    if (fields.length > 0) {
      set({ status: 'conflict', theirs, fields })
      return false
    }
    base = theirs
    return true
  }

  const save = async (): Promise<boolean> => {
    while (!isEmpty()) {
      const sent = change
      set({ status: 'saving' })
      try {
        base = await send({ ...toOrder(sent), revision: base.revision })
        // What was written meanwhile stays to be saved.
        change = differing(change, base.draft)
      } catch (error) {
        if (!isConflict(error)) {
          set({ status: 'failed', error })
          return false
        }
        try {
          if (!rebase(await load())) return false
        } catch (failure) {
          set({ status: 'failed', error: failure })
          return false
        }
      }
    }
    set({ status: 'saved' })
    return true
  }

  const flush = async (): Promise<boolean> => {
    waiting.abort()
    if (sending !== undefined) await sending
    if (state.status === 'conflict') return false
    sending ??= save().finally(() => {
      sending = undefined
    })
    return sending
  }

  const saveSoon = async (): Promise<void> => {
    waiting.abort()
    waiting = new AbortController()
    const { signal } = waiting
    try {
      await pause(signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    await flush()
  }

  const takeUp = ({ revision, change: left }: Stashed): void => {
    change = differing(left, base.draft)
    if (isEmpty()) set({ status: 'saved' })
    else if (revision === base.revision) {
      set({ status: 'unsaved' })
      void saveSoon()
    } else set({ status: 'conflict', theirs: base, fields: fieldsOf(change) })
  }

  if (stashed !== undefined) takeUp(stashed)
  return {
    get draft() {
      return shown()
    },
    get state() {
      return state
    },
    change(more) {
      change = { ...change, ...more }
      if (sending === undefined) change = differing(change, base.draft)
      if (state.status === 'conflict') set(state)
      else if (isEmpty()) {
        waiting.abort()
        set({ status: 'saved' })
      } else {
        set({ status: 'unsaved' })
        void saveSoon()
      }
    },
    adopt(theirs) {
      if (theirs.revision <= base.revision || sending !== undefined || state.status === 'conflict') return
      if (rebase(theirs)) set(isEmpty() ? { status: 'saved' } : state)
    },
    flush,
    async keepMine() {
      if (state.status !== 'conflict') return flush()
      base = state.theirs
      change = differing(change, base.draft)
      state = { status: 'unsaved' }
      return flush()
    },
    takeTheirs() {
      if (state.status !== 'conflict') return
      base = state.theirs
      const { fields } = state
      change = Object.fromEntries(Object.entries(change).filter(([field]) => !fields.includes(field as DraftField)))
      set({ status: isEmpty() ? 'saved' : 'unsaved' })
      if (!isEmpty()) void saveSoon()
    },
    close() {
      if (state.status === 'unsaved') void flush()
      waiting.abort()
    },
  }
}

function fieldsOf(change: DraftChange): DraftField[] {
  return Object.keys(change) as DraftField[]
}

/** The fields of a change that say something else than the draft. */
function differing(change: DraftChange, draft: CartridgeDraft): DraftChange {
  return Object.fromEntries(
    fieldsOf(change).flatMap((field) => (same(change[field], draft[field]) ? [] : [[field, change[field]]])),
  )
}

function applied(draft: CartridgeDraft, change: DraftChange): CartridgeDraft {
  const { page, port, ...rest } = { ...draft, ...change } as CartridgeDraft
  return { ...rest, ...(page !== undefined && { page }), ...(port !== undefined && { port }) }
}

/** As it is sent: what is taken away is `null`. */
function toOrder(change: DraftChange): ChangeOrder {
  return Object.fromEntries(fieldsOf(change).map((field) => [field, change[field] ?? null]))
}

function same(left: unknown, right: unknown): boolean {
  return left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right))
}
