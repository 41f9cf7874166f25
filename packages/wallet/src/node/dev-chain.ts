/** A chain for development: anvil on loopback, with the contracts of Salp, kept in a folder. */

import { mkdir, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  abi,
  type Hex as ContractHex,
  type DevelopmentContract,
  deployForDevelopment,
  developmentAddresses,
  placeExactPermit2Proxy,
  placePathUsd,
  placePermit2,
} from '@salp/contracts'
import { type Clock, createTurns, type Logger, SalpError, silentLogger } from '@salp/core'
import { writeFileAtomically } from '@salp/core/node'
import { Interface, id as keccakOf } from 'ethers'
import { type ChainClient, createChainClient } from '../chain-client.js'
import { type Chain, localChain } from '../chains.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { createRpc, type Rpc } from '../rpc.js'
import { anvilProgram, spawnAnvil } from './internal/anvil.js'
import { endProcess, findChild, forgetChild, noteChild } from './internal/orphan.js'

/** What a development chain asks of the application. */
export interface DevChainDeps {
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly log?: Logger | undefined
}

/** Where a development chain is, and which. */
export interface DevChainOptions {
  /** Keeps its state; made when missing. One chain a folder. */
  readonly folder: string
  /** @defaultValue a free one */
  readonly port?: number | undefined
  /** @defaultValue `42431`, that of Tempo Moderato */
  readonly chainId?: number | undefined
  /** Pause between saves while blocks come, in ms; longer where a save takes long. @defaultValue `10000` */
  readonly saveMs?: number | undefined
  /**
   * A transaction that waits so long has a block made for it, in ms: of many at once, anvil now and then leaves one until the
   * next comes. 0 leaves blocks to anvil. @defaultValue `500`
   */
  readonly nudgeMs?: number | undefined
  /** Ends the start; a chain that runs is ended by `close`. */
  readonly signal?: AbortSignal | undefined
}

/** A chain that runs. */
export interface DevChain {
  /** The preset `chains.local` with the URL of this one. */
  readonly chain: Chain
  readonly rpc: Rpc
  readonly client: ChainClient
  /** Process id of the node. */
  readonly pid: number
  /** Settles when the node ended, be it by `close` or by itself. */
  readonly exited: Promise<void>
  /**
   * Gives an account what it needs to try things: 1000 of each token of `chain.assets`, and enough of the native coin for
   * gas. Worth nothing anywhere else.
   */
  faucet(account: Address): Promise<void>
  /** Writes the state to the folder now. */
  save(): Promise<void>
  /** Saves and ends the node. A save that fails is logged; the state of the last one stays. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a faucet gives of each token, in base units: 1000 units of 6 decimals. */
const faucetAmount = 1_000_000_000n
/** What an account has of the native coin after a faucet, in wei. */
const faucetWei = 10n ** 19n
/** Administers pathUSD and pays for gas. Nobody has its key: anvil acts for whom it is told to. */
const administrator = parseAddress('0x5a1b000000000000000000000000000000000001')
const graceMs = 5_000
/** Questions after a transaction, each a round to the node, before it is given up. */
const mostQuestions = 20_000
/** A save may take this share of the time. */
const saveShare = 0.05

const pathUsd = new Interface(abi.pathUsd)
const dollar = new Interface(abi.developmentDollar)

/**
 * Starts a chain, or goes on with the one of the folder.
 *
 * Blocks come with transactions. The contracts of `@salp/contracts` stand at their addresses, pathUSD, Permit2 and the proxy
 * for exact payments at those of public chains; what is there already is left alone. The state is written every `saveMs`
 * while blocks come, and at the end: after a `kill -9` of the node at worst the blocks since the last save are lost, and the
 * state on disk is whole. A node that outlived its process is saved and ended by the next start in its folder.
 *
 * Its keys are public, and whoever reaches the port rules it: for this machine only.
 *
 * @throws {@link DevChainError} (`wallet/dev-chain`) without a program for this platform, if the folder is in use, or the node ends at once.
 */
export async function startDevChain(
  { fetch, clock, log = silentLogger }: DevChainDeps,
  { folder, port = 0, chainId = 42431, saveMs = 10_000, nudgeMs = 500, signal }: DevChainOptions,
): Promise<DevChain> {
  const program = anvilProgram()
  if (program === undefined) {
    const platform = `${process.platform} on ${process.arch}`
    throw new DevChainError(
      `there is no anvil for ${platform}; install the npm package @foundry-rs/anvil, or set an RPC`,
    )
  }
  const home = resolve(folder)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const [state, note, cache] = [join(home, 'state.json'), join(home, 'anvil.json'), join(home, 'cache')]
  const rpcOf = (url: string): Rpc => createRpc({ fetch }, { url, timeoutMs: 60_000, maxAnswerBytes: 2 ** 30 })

  const left = await findChild(note, cache)
  if (left?.status === 'held') throw new DevChainError(`another process runs the chain in "${home}"`)
  if (left !== undefined) {
    log.warn('A development chain outlived its process; it is saved and ended', { pid: left.pid })
    await saveState(rpcOf(left.url), state).catch((error: unknown) => {
      log.warn('The state of a development chain could not be saved', { error })
    })
    await endProcess(left.pid, graceMs)
  }
  const options = ['--chain-id', String(chainId), '--cache-path', cache]
  const load = (await exists(state)) ? ['--load-state', state] : []
  const anvil = await spawnAnvil(program, port, [...options, ...load], { signal })
  if ('failure' in anvil) throw new DevChainError(`it ended at once: ${anvil.failure}`)

  const rpc = rpcOf(anvil.url)
  const client = createChainClient({ rpc }, { chainId })
  let saved: string | undefined
  const save = async (): Promise<void> => {
    const { hash } = await client.latestBlock()
    if (hash === saved) return
    await saveState(rpc, state)
    saved = hash
  }
  try {
    await noteChild(note, anvil.pid, anvil.url)
    await prepare(rpc, client)
    await save()
  } catch (error) {
    await anvil.stop({ graceMs })
    await forgetChild(note)
    throw error
  }

  const trySave = (): Promise<void> =>
    save().catch((error: unknown) => log.warn('A development chain could not be saved', { error }))

  const closing = new AbortController()
  const keepSaving = async (): Promise<void> => {
    for (let pause = saveMs; !closing.signal.aborted; ) {
      await clock.sleep(pause, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) return
      const start = clock.monotonic()
      await trySave()
      pause = Math.max(saveMs, (clock.monotonic() - start) / saveShare)
    }
  }
  /** Makes a block of what waited at two looks in a row. */
  const keepMining = async (): Promise<void> => {
    for (let waited = false; nudgeMs > 0; ) {
      await clock.sleep(nudgeMs, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) return
      try {
        const { pending } = await rpc.call<{ pending: string }>('txpool_status', [])
        const waits = BigInt(pending) > 0n
        if (waits && waited) await rpc.call('evm_mine', [])
        waited = waits
      } catch (error) {
        log.debug('A development chain could not be looked after', { error })
      }
    }
  }
  const working = Promise.all([keepSaving(), keepMining()])
  void anvil.exited.then(() => {
    if (!closing.signal.aborted) log.error('The development chain ended by itself', { pid: anvil.pid })
    closing.abort()
  })

  const inTurn = createTurns()
  let closed: Promise<void> | undefined
  const shutDown = async (): Promise<void> => {
    const alive = !closing.signal.aborted
    closing.abort()
    await Promise.all([working, inTurn(() => undefined)])
    if (alive) await trySave()
    await anvil.stop({ graceMs })
    await forgetChild(note)
  }
  const close = (): Promise<void> => {
    closed ??= shutDown()
    return closed
  }
  return {
    chain: localChain({ chainId, rpcUrl: anvil.url }),
    rpc,
    client,
    pid: anvil.pid,
    exited: anvil.exited,
    faucet: (account) => inTurn(() => developmentFaucet({ rpc, client }, account)),
    save,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Brings what is missing of the contracts. */
async function prepare(rpc: Rpc, client: ChainClient): Promise<void> {
  // A line for each call costs time, and nobody reads them.
  await rpc.call('anvil_setLoggingEnabled', [false])
  await rpc.call('anvil_impersonateAccount', [administrator])
  await rpc.call('anvil_setBalance', [administrator, `0x${(10n ** 24n).toString(16)}`])
  const isMissing = async (address: ContractHex): Promise<boolean> =>
    (await client.code(parseAddress(address))) === '0x'
  for (const { address, code } of [placePermit2(), placeExactPermit2Proxy()]) {
    if (await isMissing(address)) await rpc.call('anvil_setCode', [address, code])
  }
  const token = placePathUsd(administrator)
  if (await isMissing(token.address)) await rpc.call('anvil_setCode', [token.address, token.code])
  // Not done again if it was interrupted in between: each step looks for itself.
  const issuer = keccakOf('ISSUER_ROLE')
  const roleOf = async (role: string): Promise<boolean> => {
    const data = pathUsd.encodeFunctionData('hasRole', [administrator, role]) as Hex
    return BigInt((await client.call({ to: parseAddress(token.address), data })) ?? 0) === 1n
  }
  if (!(await roleOf(`0x${'0'.repeat(64)}`))) await act({ rpc, client }, token.initialize)
  if (!(await roleOf(issuer))) {
    await act(
      { rpc, client },
      { to: token.address, data: pathUsd.encodeFunctionData('grantRole', [issuer, administrator]) },
    )
  }
  for (const name of Object.keys(developmentAddresses) as DevelopmentContract[]) {
    const { address, to, data } = deployForDevelopment(name)
    if (await isMissing(address)) await act({ rpc, client }, { to, data })
  }
}

/**
 * Gives an account of a development chain what {@link DevChain.faucet} gives, over its RPC: for another process that uses
 * the same chain.
 *
 * @throws {@link RpcError} if it is no development chain.
 */
export async function developmentFaucet(
  { rpc, client }: { readonly rpc: Rpc; readonly client: ChainClient },
  account: Address,
): Promise<void> {
  await rpc.call('anvil_impersonateAccount', [administrator])
  if ((await client.nativeBalance(account)) < faucetWei) {
    await rpc.call('anvil_setBalance', [account, `0x${faucetWei.toString(16)}`])
  }
  const mint = [account, faucetAmount]
  await act(
    { rpc, client },
    { to: developmentAddresses.developmentDollar, data: dollar.encodeFunctionData('mint', mint) },
  )
  await act(
    { rpc, client },
    { to: placePathUsd(administrator).address, data: pathUsd.encodeFunctionData('mint', mint) },
  )
}

/** Sends as the administrator, and asks until it is in a block: the call that waits by itself gives up on a busy machine. */
async function act(
  { rpc, client }: { readonly rpc: Rpc; readonly client: ChainClient },
  { to, data }: { readonly to: string; readonly data: string },
): Promise<void> {
  const hash = await rpc.call<Hex>('eth_sendTransaction', [{ from: administrator, to, data, gas: '0x1c00000' }])
  for (let asked = 0; asked < mostQuestions; asked++) {
    const receipt = await client.receipt(hash)
    if (receipt?.status === 'success') return
    if (receipt !== undefined) throw new DevChainError(`a step of its preparation was refused at ${to}`)
  }
  throw new DevChainError(`a step of its preparation came into no block, at ${to}`)
}

/** Writes the state beside, then gives it its name in one step. */
async function saveState(rpc: Rpc, path: string): Promise<void> {
  const dump = await rpc.call<string>('anvil_dumpState', [])
  const state = await promisify(gunzip)(Buffer.from(dump.slice(2), 'hex'))
  await writeFileAtomically(path, state, { mode: 0o600 })
}

async function exists(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** A development chain that cannot be had (`wallet/dev-chain`). */
export class DevChainError extends SalpError {
  constructor(why: string) {
    super('wallet/dev-chain', `Cannot start the development chain: ${why}`)
  }
}
