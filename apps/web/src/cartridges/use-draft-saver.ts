/** The draft of a cartridge in React, saved by itself. */

import type { CartridgeDraft, CartridgeView } from '@salp/cartridge'
import { useEffect, useReducer, useRef, useState } from 'react'
import { pause } from '../api/pause.js'
import { ApiError } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { readStored, store } from '../design/stored.js'
import { createDraftSaver, type DraftSaver, type SaveState, type Stashed } from './draft-saver.js'

const saveAfterMs = 700
const keepAfterMs = 250

/** Follows `view`, the draft as the node has it, and saves what is changed here. */
export function useDraftSaver(view: CartridgeView): { saver: DraftSaver; draft: CartridgeDraft; state: SaveState } {
  const { api } = useStudio()
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const told = useRef<() => void>(undefined)
  const { id } = view
  const [keeper] = useState(() => createKeeper(`cartridge:${id}`))
  const [saver] = useState(() =>
    createDraftSaver(
      {
        send: (change) => api.changeCartridge(id, change),
        load: () => api.cartridge(id),
        isConflict: (error) => error instanceof ApiError && error.status === 409,
        pause: (signal) => pause(saveAfterMs, signal),
        stash: keeper.keep,
        onChange: () => told.current?.(),
      },
      view,
      readStash(id),
    ),
  )
  useEffect(() => {
    told.current = redraw
    // A page that is left in the middle of a word keeps that too.
    addEventListener('pagehide', keeper.settle)
    return () => {
      removeEventListener('pagehide', keeper.settle)
      told.current = undefined
      saver.close()
      keeper.settle()
    }
  }, [saver, keeper])
  useEffect(() => {
    saver.adopt(view)
    // An answer came, so the node can be reached again.
    if (saver.state.status === 'failed') void saver.flush()
  }, [saver, view])
  return { saver, draft: saver.draft, state: saver.state }
}

/** Keeps what is not saved in the browser, not at each letter but soon after. */
function createKeeper(name: string): { keep(stashed: Stashed | undefined): void; settle(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest: Stashed | undefined
  const settle = (): void => {
    clearTimeout(timer)
    timer = undefined
    store(name, latest === undefined ? '' : JSON.stringify(latest))
  }
  return {
    keep(stashed) {
      latest = stashed
      timer ??= setTimeout(settle, keepAfterMs)
    },
    settle,
  }
}

function readStash(id: string): Stashed | undefined {
  const text = readStored(`cartridge:${id}`)
  if (text === null) return undefined
  try {
    return JSON.parse(text) as Stashed
  } catch {
    return undefined
  }
}
