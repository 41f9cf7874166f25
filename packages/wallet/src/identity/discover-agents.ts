/** The agents of a registry, gathered from its events and kept in SQLite. */

import { abi } from '@salp/contracts'
import type { SqlDatabase } from '@salp/core'
import { toBeHex } from 'ethers'
import type { ChainClient, FoundLog } from '../chain-client.js'
import { type Address, parseAddress } from '../hex.js'
import { contractAt } from '../internal/contract.js'
import { scanLogs } from './scan-logs.js'

/** What discovery asks of the application. */
export interface AgentIndexDeps {
  /** A database that `walletMigrations` brought up to date. */
  readonly db: SqlDatabase
  readonly chain: Pick<ChainClient, 'chainId' | 'call' | 'logs' | 'latestBlock'>
}

/** Which registry, and how to look. */
export interface AgentIndexOptions {
  readonly registry: Address
  /** The block of the registry's creation, or any before. @defaultValue `0` */
  readonly fromBlock?: number | undefined
  /** Most blocks that one question is about. @defaultValue `2000` */
  readonly rangeBlocks?: number | undefined
  /** Blocks at the end that are left for later, where they may still change. @defaultValue `0` */
  readonly confirmations?: number | undefined
}

/** An agent as its events tell. */
export interface KnownAgent {
  readonly agentId: bigint
  readonly owner: Address
  /** Where its registration file is; may be empty. */
  readonly uri: string
  /** Block of its last event. */
  readonly block: number
}

/** How far a scan is. */
export interface ScanProgress {
  /** Last block that was looked through. */
  readonly block: number
  /** Last block to look through. */
  readonly until: number
  /** Agents that are known by now. */
  readonly agents: number
}

/** Agents that are known. */
export interface AgentIndex {
  /**
   * Looks through what is new. Each range is kept with how far it went in one step, so that a scan that ends early, in
   * whatever way, goes on where it was, and finds nothing twice.
   *
   * @param options - `onProgress` hears of each range.
   * @throws What the chain throws, and the signal's reason; what was found by then is kept.
   */
  sync(options?: {
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((progress: ScanProgress) => void) | undefined
  }): Promise<ScanProgress>
  get(agentId: bigint): KnownAgent | undefined
  /** Agents by number, after `after`. */
  list(page: { readonly limit: number; readonly after?: bigint | undefined }): KnownAgent[]
}

interface AgentRow {
  readonly agent_id: string
  readonly owner: string
  readonly uri: string
  readonly block: number
}

/** Creates the index of a registry. */
export function createAgentIndex(
  { db, chain }: AgentIndexDeps,
  { registry, fromBlock = 0, rangeBlocks, confirmations = 0 }: AgentIndexOptions,
): AgentIndex {
  const contract = contractAt(chain, registry, abi.identityRegistry)
  const topics = ['Registered', 'Transfer', 'URIUpdated'].map((name) => contract.topic(name))
  const { chainId } = chain
  const cursor = db.prepare<{ next: number }>('SELECT next FROM wallet_agent_scans WHERE chain_id = ? AND registry = ?')
  const setCursor = db.prepare(
    `INSERT INTO wallet_agent_scans (chain_id, registry, next) VALUES (?, ?, ?)
     ON CONFLICT (chain_id, registry) DO UPDATE SET next = excluded.next`,
  )
  const setOwner = db.prepare(
    `INSERT INTO wallet_agents (chain_id, registry, agent_id, owner, uri, block) VALUES (?, ?, ?, ?, '', ?)
     ON CONFLICT (chain_id, registry, agent_id) DO UPDATE SET owner = excluded.owner, block = excluded.block`,
  )
  const setUri = db.prepare(
    'UPDATE wallet_agents SET uri = ?, block = ? WHERE chain_id = ? AND registry = ? AND agent_id = ?',
  )
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM wallet_agents WHERE chain_id = ? AND registry = ?')
  const select = db.prepare<AgentRow>(
    'SELECT agent_id, owner, uri, block FROM wallet_agents WHERE chain_id = ? AND registry = ? AND agent_id = ?',
  )
  const page = db.prepare<AgentRow>(
    `SELECT agent_id, owner, uri, block FROM wallet_agents WHERE chain_id = ? AND registry = ? AND agent_id > ?
     ORDER BY agent_id LIMIT ?`,
  )
  const apply = (log: FoundLog): void => {
    const event = contract.parse(log)
    if (event === undefined) return
    const { args, name } = event
    if (name === 'Transfer') setOwner.run(chainId, registry, key(args.tokenId), String(args.to), log.blockNumber)
    else
      setUri.run(
        name === 'Registered' ? args.agentURI : args.newURI,
        log.blockNumber,
        chainId,
        registry,
        key(args.agentId),
      )
  }
  const progress = (block: number, until: number): ScanProgress => ({
    block,
    until,
    agents: count.get(chainId, registry)?.n ?? 0,
  })
  return {
    async sync({ signal, onProgress } = {}) {
      const until = (await chain.latestBlock({ signal })).number - confirmations
      const start = cursor.get(chainId, registry)?.next ?? fromBlock
      const filter = { address: registry, topics: [topics], fromBlock: start, toBlock: until }
      for await (const { toBlock, logs } of scanLogs(chain, filter, { rangeBlocks, signal })) {
        db.transaction(() => {
          for (const log of logs) apply(log)
          setCursor.run(chainId, registry, toBlock + 1)
        })
        onProgress?.(progress(toBlock, until))
      }
      return progress(until, until)
    },
    get(agentId) {
      const row = select.get(chainId, registry, key(agentId))
      return row === undefined ? undefined : fromRow(row)
    },
    list: ({ limit, after }) => page.all(chainId, registry, after === undefined ? '' : key(after), limit).map(fromRow),
  }
}

/** Numbers reach 2^256: as hex of equal length their order is that of text. */
function key(agentId: bigint): string {
  return toBeHex(agentId, 32)
}

function fromRow({ agent_id, owner, uri, block }: AgentRow): KnownAgent {
  return { agentId: BigInt(agent_id), owner: parseAddress(owner), uri, block }
}
