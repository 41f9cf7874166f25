import { Interface, Signature, toBeHex } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abi, deployForDevelopment, developmentAddresses } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { burnsAllGas, reenters, refusesAtLength, refusesWithItsGas } from './testing/internal/hostile.js'
import { fields, highTwin, person, sign } from './testing/internal/signing.js'

const people = [person(0), person(1), person(2)]
const [payer, payee, other] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
const types = {
  TransferWithAuthorization: fields(
    'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
  ),
}
/** What a transfer here costs at most. */
const gasEach = 150_000n
const hostile = '0x00000000000000000000000000000000000bad00'
const transferBatch = Interface.from(abi.transferBatch)
const reasons = [transferBatch, Interface.from(abi.developmentDollar)]

let chain: TestChain
let dollar: TestContract
let batch: TestContract
let relayer: string
let snapshot: string

beforeAll(async () => {
  chain = await startAnvil('--chain-id', '42431')
  relayer = chain.accounts[9] ?? ''
  for (const name of ['developmentDollar', 'transferBatch'] as const) {
    const { to, data } = deployForDevelopment(name)
    await chain.rpc('eth_sendTransactionSync', { from: relayer, to, data })
  }
  dollar = chain.at(developmentAddresses.developmentDollar, abi.developmentDollar)
  batch = chain.at(developmentAddresses.transferBatch, abi.transferBatch)
  for (const { address } of people) await dollar.send(relayer, 'mint', address, 100n)
  snapshot = await chain.rpc('evm_snapshot')
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
})

async function reset(): Promise<void> {
  await chain.rpc('evm_revert', snapshot)
  snapshot = await chain.rpc('evm_snapshot')
}
beforeEach(reset)

const balance = async (address: string): Promise<bigint> => (await dollar.read('balanceOf', address))[0]

/** An item from the payer to the payee, signed by `signer`, that holds for an hour, but for `change`. */
async function item(
  change: Partial<Record<'token' | 'from' | 'to', string>> & {
    readonly value?: bigint
    readonly validBefore?: bigint
    readonly nonce?: number
  } = {},
  signer = payer,
) {
  const { token = dollar.address, nonce = 1, ...terms } = change
  const message = {
    from: payer.address,
    to: payee.address,
    value: 5n,
    validAfter: 0n,
    validBefore: (await chain.time()) + 3_600n,
    ...terms,
    nonce: toBeHex(nonce, 32),
  }
  const domain = { name: 'Development Dollar', version: '1', chainId: 42431, verifyingContract: token }
  return { token, ...message, signature: (await sign(signer, domain, types, message)).serialized }
}

/** The items refused, each with the name of its reason. */
async function transferMany(items: readonly object[]) {
  const events = await batch.send(relayer, 'transferMany', items, gasEach)
  return events.map(({ args }) => [Number(args.index), reasonName(args.reason)])
}
const reasonName = (reason: string): string =>
  reasons.flatMap((each) => (reason === '0x' ? [] : (each.parseError(reason)?.name ?? [])))[0] ?? reason

describe('TransferBatch', () => {
  test('transferMany() makes the transfers that can be made, and names the others with their reasons', async () => {
    const good = await item()
    const twin = highTwin(Signature.from(good.signature))
    const refused = await transferMany([
      good,
      good,
      await item({ nonce: 2, value: 101n }),
      await item({ nonce: 3, validBefore: 1n }),
      await item({ nonce: 4 }, other),
      { ...(await item({ nonce: 5 })), signature: '0x' },
      { ...(await item({ nonce: 6 })), token: hostile },
      { ...good, signature: twin },
      await item({ nonce: 8, from: other.address, to: payer.address }, other),
    ])
    expect(refused).toEqual([
      [1, 'ERC3009UsedAuthorization'],
      [2, 'ERC20InsufficientBalance'],
      [3, 'ERC3009InvalidAuthorizationTime'],
      [4, 'ERC3009InvalidSignature'],
      [5, 'ERC3009InvalidSignature'],
      [6, 'NoToken'],
      [7, 'ECDSAInvalidSignatureS'],
    ])
    expect(await Promise.all(people.map(({ address }) => balance(address)))).toEqual([100n, 105n, 95n])
    expect(await transferMany([])).toEqual([])
  })

  test('transferMany() takes an old token by v, r, s, and a contract wallet by bytes whatever the length', async () => {
    const selector = (form: string): string =>
      Interface.from(abi.developmentDollar).getFunction(`transferWithAuthorization(${form})`)?.selector ?? ''
    const terms = 'address,address,uint256,uint256,uint256,bytes32'
    // Refuses with the selector it was called with.
    await chain.rpc('anvil_setCode', hostile, '0x5f355f5260045ffd')
    const own = await item({ token: hostile })
    const wallet = { ...own, from: dollar.address }
    expect(await transferMany([own, wallet, { ...own, signature: `${own.signature}00` }])).toEqual([
      [0, selector(`${terms},uint8,bytes32,bytes32`)],
      [1, selector(`${terms},bytes`)],
      [2, selector(`${terms},bytes`)],
    ])

    // Answers any call with its first word of storage: the magic value of ERC-1271.
    await chain.rpc('anvil_setCode', payer.address, '0x5f545f5260205ff3')
    await chain.rpc('anvil_setStorageAt', payer.address, toBeHex(0, 32), `0x1626ba7e${'0'.repeat(56)}`)
    expect(await transferMany([await item(), { ...(await item({ nonce: 2 })), signature: '0x12' }])).toEqual([])
    expect(await balance(payee.address)).toBe(110n)
  })

  test('transferMany() pays the others if a token burns its gas, fails at length, or calls back', async () => {
    const again = transferBatch.encodeFunctionData('transferMany', [[], 0n])
    for (const [code, reason] of [
      [burnsAllGas, '0x'],
      [refusesAtLength, `0x${'00'.repeat(256)}`],
      [reenters(again), 'ReentrancyGuardReentrantCall'],
    ] as const) {
      await reset()
      await chain.rpc('anvil_setCode', hostile, code)
      const bad = await item({ token: hostile })
      expect(await transferMany([bad, bad, await item(), bad])).toEqual([0, 1, 3].map((index) => [index, reason]))
      expect(await balance(payee.address)).toBe(105n)
    }
  })

  test('transferMany() gives each item its gas whatever others burn, down to the least limit it accepts', async () => {
    const witness = '0x0000000000000000000000000000000000600d00'
    await chain.rpc('anvil_setCode', hostile, burnsAllGas)
    await chain.rpc('anvil_setCode', witness, refusesWithItsGas)
    const [bad, good] = [await item({ token: hostile }), await item({ token: witness })]
    const tooLittleGas = transferBatch.getError('TooLittleGas')?.selector ?? ''
    for (const each of [20_000n, 150_000n, 5_000_000n]) {
      const data = transferBatch.encodeFunctionData('transferMany', [[bad, bad, good], each])
      const call = { from: relayer, to: batch.address, data }
      const low = 100_000n
      const refusal = await chain
        .rpc<string>('eth_call', { ...call, gas: toBeHex(low) }, 'latest')
        .catch((error: { data: string }) => error.data)
      const { available, required } = transferBatch.decodeErrorResult('TooLittleGas', refusal)
      const least = low + BigInt(required) - BigInt(available)

      await expect(chain.rpc('eth_call', { ...call, gas: toBeHex(least - 1n) }, 'latest')).rejects.toThrow(tooLittleGas)
      const { logs } = await chain.rpc<{ logs: { topics: string[]; data: string }[] }>('eth_sendTransactionSync', {
        ...call,
        gas: toBeHex(least),
      })

      expect(BigInt(transferBatch.parseLog(logs[2] ?? { topics: [], data: '' })?.args.reason)).toBe(each - 2n)
    }
  })

  test('any groups use each authorisation at most once and keep the sum', async () => {
    const index = fc.nat({ max: people.length - 1 })
    const draw = fc.record({
      from: index,
      to: index,
      signer: fc.option(index, { nil: undefined, freq: 4 }),
      value: fc.bigInt({ min: 0n, max: 60n }),
      nonce: fc.nat({ max: 3 }),
      late: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(draw, { maxLength: 6 }), { minLength: 2, maxLength: 5 }), async (groups) => {
        await reset()
        const held = people.map(() => 100n)
        const spent = new Set<string>()
        for (const group of groups) {
          const items = await Promise.all(
            group.map(({ from, to, signer = from, value, nonce, late }) =>
              item(
                {
                  from: people[from]?.address ?? '',
                  to: people[to]?.address ?? '',
                  value,
                  nonce,
                  ...(late ? { validBefore: 1n } : {}),
                },
                people[signer],
              ),
            ),
          )
          const refused = group.flatMap(({ from, to, signer = from, value, nonce, late }, at) => {
            const covered = (held[from] ?? 0n) >= value
            if (late || signer !== from || spent.has(`${from} ${nonce}`) || !covered) return [at]
            spent.add(`${from} ${nonce}`)
            held[from] = (held[from] ?? 0n) - value
            held[to] = (held[to] ?? 0n) + value
            return []
          })
          expect((await transferMany(items)).map(([at]) => at)).toEqual(refused)
        }
        expect(await Promise.all(people.map(({ address }) => balance(address)))).toEqual(held)
        expect(await dollar.read('totalSupply')).toEqual([300n])
      }),
      { numRuns: 40 },
    )
  }, 30_000)
})
