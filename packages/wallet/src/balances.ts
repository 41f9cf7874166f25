/** What accounts hold, and when that changes. */

import { type Clock, type Logger, type Publisher, silentLogger } from '@salp/core'
import type { ChainClient } from './chain-client.js'
import type { Address } from './hex.js'
import type { Asset } from './money.js'
import { createTokenReader } from './token-reader.js'

/** What the wallet tells others. */
export interface WalletEvents {
  /** An account holds another amount of an asset than when it was last seen, or was seen first. */
  'wallet:balance-changed': {
    /** In ms since the epoch. */
    readonly at: number
    readonly account: Address
    readonly asset: Asset
    /** In base units; `undefined` at first sight. */
    readonly before: bigint | undefined
    /** In base units. */
    readonly balance: bigint
  }
}

/** What a watcher asks of the application. */
export interface BalanceWatcherDeps {
  readonly chain: Pick<ChainClient, 'call' | 'latestBlock'>
  readonly clock: Clock
  readonly events: Publisher<WalletEvents>
  readonly log?: Logger | undefined
}

/** What is watched. */
export interface BalanceWatcherOptions {
  readonly accounts: readonly Address[]
  /** Of the chain that is asked. */
  readonly assets: readonly Asset[]
  /** Pause between looks, in ms; eight times that, at most, while the chain cannot be asked. @defaultValue `5000` */
  readonly pollMs?: number | undefined
}

/** Watches balances. */
export interface BalanceWatcher {
  /** Begins to look, at once. */
  start(): void
  /** Stops, and waits for the last look. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Creates a watcher. It asks for balances only when there is a new block: one call a look otherwise. */
export function watchBalances(
  { chain, clock, events, log = silentLogger }: BalanceWatcherDeps,
  { accounts, assets, pollMs = 5_000 }: BalanceWatcherOptions,
): BalanceWatcher {
  const tokens = createTokenReader({ chain })
  const closing = new AbortController()
  const { signal } = closing
  const known = new Map<string, bigint>()
  let seen: string | undefined
  let watching: Promise<void> | undefined

  const look = async (): Promise<void> => {
    const { hash } = await chain.latestBlock({ signal })
    if (hash === seen) return
    for (const account of accounts) {
      for (const asset of assets) {
        const balance = await tokens.balanceOf(asset.address, account, { signal })
        const key = `${account} ${asset.address}`
        const before = known.get(key)
        if (balance === undefined || balance === before) continue
        known.set(key, balance)
        events.publish('wallet:balance-changed', { at: clock.now(), account, asset, before, balance })
      }
    }
    seen = hash
  }
  const watch = async (): Promise<void> => {
    for (let pause = pollMs; !signal.aborted; ) {
      try {
        await look()
        pause = pollMs
      } catch (error) {
        if (signal.aborted) return
        log.warn('Balances could not be asked for', { error })
        pause = Math.min(2 * pause, 8 * pollMs)
      }
      await clock.sleep(pause, { signal }).catch(() => undefined)
    }
  }
  const close = async (): Promise<void> => {
    closing.abort()
    await watching
  }
  return {
    start() {
      if (!signal.aborted) watching ??= watch()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
