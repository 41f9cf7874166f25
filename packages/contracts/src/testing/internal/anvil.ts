/** A chain of its own for a test file: anvil on loopback, gone when the test is. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Interface, type InterfaceAbi, type LogDescription, type Result } from 'ethers'

/** A log of a receipt, as JSON-RPC gives it. */
interface RawLog {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
}

/** What is read of a receipt. */
interface Receipt {
  readonly logs: readonly RawLog[]
  readonly contractAddress: string
  readonly status: string
  readonly blockNumber: string
}

/** A contract on a test's chain. */
export interface TestContract {
  readonly address: string
  /** Reads by `eth_call`, as the zero address. @throws {@link Reverted} */
  read(name: string, ...args: readonly unknown[]): Promise<Result>
  /**
   * Sends from `from`, whose key the chain does not ask for.
   * @returns The contract's own events, in order.
   * @throws {@link Reverted}
   */
  send(from: string, name: string, ...args: readonly unknown[]): Promise<LogDescription[]>
}

/** A running chain. */
export interface TestChain {
  readonly accounts: readonly string[]
  /** @throws {@link Reverted} where the node says so, Error otherwise. */
  rpc<T>(method: string, ...params: readonly unknown[]): Promise<T>
  /** Seconds since the epoch, of the latest block. */
  time(): Promise<bigint>
  /** Sends creation code. @returns The contract's address. */
  create(data: string): Promise<string>
  at(address: string, abi: InterfaceAbi): TestContract
  [Symbol.asyncDispose](): Promise<void>
}

/** An estimate would be exact, and too low where the clock moves on before the block: what is stored then costs more. */
const plentyOfGas = '0x989680'

/** Starts anvil on a free port of loopback, each transaction a block. */
export async function startAnvil(...options: readonly string[]): Promise<TestChain> {
  const child = spawn(anvilBinary(), ['--host', '127.0.0.1', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await listening(child.stdout, exited)
  let id = 0

  const rpc = async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    })
    const { result, error } = (await response.json()) as {
      result: T
      error?: { message: string; data?: unknown }
    }
    if (error === undefined) return result
    if (typeof error.data === 'string' && error.data.startsWith('0x')) throw new Reverted(error.data, error.message)
    throw new Error(`${method}: ${error.message}`)
  }

  const mine = async (transaction: object): Promise<Receipt> => {
    const receipt = await rpc<Receipt>('eth_sendTransactionSync', { ...transaction, gas: plentyOfGas })
    // The refusal is not in the receipt: asked for again in the state and at the time of its block, it is the answer.
    if (receipt.status === '0x1') return receipt
    await rpc('eth_call', transaction, receipt.blockNumber)
    throw new Error(`Transaction refused in block ${receipt.blockNumber}, for no reason that can be asked for again`)
  }

  await rpc('anvil_autoImpersonateAccount', true)
  const accounts = await rpc<string[]>('eth_accounts')
  return {
    accounts,
    rpc,
    time: async () => BigInt((await rpc<{ timestamp: string }>('eth_getBlockByNumber', 'latest', false)).timestamp),
    create: async (data) => (await mine({ from: accounts[0], data })).contractAddress,
    at: (address, abi) => {
      const contract = Interface.from(abi)
      const named = async <T>(work: Promise<T>): Promise<T> => {
        try {
          return await work
        } catch (error) {
          if (error instanceof Reverted) throw error.readBy(contract)
          throw error
        }
      }
      return {
        address,
        async read(name, ...args) {
          const data = contract.encodeFunctionData(name, args)
          return contract.decodeFunctionResult(
            name,
            await named(rpc<string>('eth_call', { to: address, data }, 'latest')),
          )
        },
        async send(from, name, ...args) {
          const data = contract.encodeFunctionData(name, args)
          const { logs } = await named(mine({ from, to: address, data }))
          return logs
            .filter((log) => log.address.toLowerCase() === address.toLowerCase())
            .map((log) => contract.parseLog(log))
            .filter((log) => log !== null)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The address of the chain, from the line that anvil prints once it answers. */
async function listening(stdout: NodeJS.ReadableStream, exited: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const address = /^Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
    exited.then(() => reject(new Error('Cannot start anvil: it ended before it listened')))
  })
}

/**
 * The program itself, out of the package for this platform. The launcher would fork and outlive a kill by its id, and
 * no install script is needed for this.
 */
function anvilBinary(): string {
  const require = createRequire(import.meta.url)
  const launcher = require.resolve('@foundry-rs/anvil/package.json')
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const platform = `@foundry-rs/anvil-${process.platform}-${cpu}`
  const folder = dirname(createRequire(launcher).resolve(`${platform}/package.json`))
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
  if (!existsSync(binary)) throw new Error(`Cannot start anvil: ${platform} holds no program`)
  return binary
}

/** The chain refused; the message is the name of the contract's error, or its text. */
class Reverted extends Error {
  readonly data: string
  constructor(data: string, message: string) {
    super(message)
    this.data = data
  }

  readBy(contract: Interface): Reverted {
    const error = this.data === '0x' ? null : contract.parseError(this.data)
    if (error === null) return this
    return new Reverted(this.data, error.name === 'Error' ? String(error.args[0]) : error.name)
  }
}
