import { getAddress, Interface, id, toBeHex, ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abi, deployForDevelopment, pathUsdAddress, placePathUsd } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { burnsAllGas, reenters, refusesAtLength } from './testing/internal/hostile.js'
import { fields, highTwin, person, sign } from './testing/internal/signing.js'

const people = [person(0), person(1), person(2)]
const [payer, payee, other] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
const types = {
  PaymentAuthorization: fields(
    'address from,address to,uint256 value,address token,uint256 validAfter,uint256 validBefore,bytes32 nonce',
  ),
}
const settlementInterface = Interface.from(abi.tipSettlement)
const { address: settlementAddress, to: deployer, data: creation } = deployForDevelopment('tipSettlement')
const domain = { name: 'x402-tempo', version: '1', chainId: 42431, verifyingContract: settlementAddress }
/** What a payment here costs at most. */
const gasEach = 150_000n
/** A token address at which the tests place code that does harm. */
const hostile = '0x00000000000000000000000000000000000bad00'

let chain: TestChain
let token: TestContract
let settlement: TestContract
let relayer: string
let snapshot: string

beforeAll(async () => {
  chain = await startAnvil('--chain-id', '42431')
  relayer = chain.accounts[9] ?? ''
  await chain.rpc('eth_sendTransactionSync', { from: relayer, to: deployer, data: creation })
  settlement = chain.at(settlementAddress, abi.tipSettlement)
  const { address, code, initialize } = placePathUsd(relayer)
  await chain.rpc('anvil_setCode', address, code)
  await chain.rpc('eth_sendTransactionSync', { from: relayer, ...initialize })
  token = chain.at(address, abi.pathUsd)
  await token.send(relayer, 'grantRole', id('ISSUER_ROLE'), relayer)
  for (const each of people) {
    await chain.rpc('anvil_setBalance', each.address, toBeHex(10n ** 20n))
    await token.send(relayer, 'mint', each.address, 100n)
    await token.send(each.address, 'approve', settlementAddress, 100n)
  }
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

const balance = async (address: string): Promise<bigint> => (await token.read('balanceOf', address))[0]
const nonceOf = (number: number): string => toBeHex(number, 32)

/** An authorisation by the payer to the payee that holds for an hour, but for `change`. */
async function authorization(
  change: Partial<Record<'from' | 'to' | 'token' | 'nonce', string>> &
    Partial<Record<'value' | 'validAfter' | 'validBefore', bigint>> = {},
) {
  const validBefore = (await chain.time()) + 3_600n
  return {
    from: payer.address,
    to: payee.address,
    value: 5n,
    token: pathUsdAddress,
    validAfter: 0n,
    validBefore,
    nonce: nonceOf(1),
    ...change,
  }
}
const signed = async (message: Awaited<ReturnType<typeof authorization>>, signer = payer): Promise<string> =>
  (await sign(signer, domain, types, message)).serialized

/** A payment among {@link people}, as a random run draws it; signed by `from` unless `signer` says otherwise. */
interface Item {
  readonly from: number
  readonly to: number
  readonly signer: number | undefined
  readonly value: bigint
  readonly nonce: number
  readonly late: boolean
}

/** The name of an error of the settlement or of pathUSD. */
const reasonName = (reason: string): string =>
  errors.flatMap((each) => (reason === '0x' ? [] : (each.parseError(reason)?.name ?? [])))[0] ?? reason
const errors = [settlementInterface, Interface.from(abi.pathUsd)]

/** What `settleMany` said, item by item: the nonce used, or the name of the reason. */
async function settleMany(
  items: readonly (readonly [message: Awaited<ReturnType<typeof authorization>>, signature: string])[],
) {
  const events = await settlement.send(
    relayer,
    'settleMany',
    items.map(([message]) => message),
    items.map(([, signature]) => signature),
    gasEach,
  )
  return events.map(({ name, args }) => [name, args.nonce, name === 'Refused' ? reasonName(args.reason) : ''])
}

describe('TipSettlement', () => {
  test('settle() moves what was signed once, whoever sends it, with the nonce as memo', async () => {
    const message = await authorization()
    const signature = await signed(message)
    expect(await settlement.read('authorizationState', payer.address, message.nonce)).toEqual([false])
    const events = await settlement.send(relayer, 'settle', message, signature)
    expect(events.map(({ name, args }) => [name, ...args])).toEqual([
      ['AuthorizationUsed', payer.address, message.nonce, getAddress(token.address), payee.address, 5n],
    ])
    const [memo] = await chain.rpc<{ topics: string[] }[]>('eth_getLogs', {
      address: token.address,
      topics: [id('TransferWithMemo(address,address,uint256,bytes32)'), null, null, message.nonce],
    })
    expect(memo?.topics.slice(1, 3)).toEqual([payer, payee].map(({ address }) => toBeHex(address, 32)))
    expect(await settlement.read('authorizationState', payer.address, message.nonce)).toEqual([true])
    await expect(settlement.send(payee.address, 'settle', message, signature)).rejects.toThrow('NonceUsed')
    expect(await balance(payee.address)).toBe(105n)
  })

  test('settle() refuses whatever was not signed, field by field', async () => {
    const message = await authorization()
    const signature = await signed(message)
    for (const change of [
      { from: other.address },
      { to: other.address },
      { value: 6n },
      { token: settlementAddress },
      { validAfter: 1n },
      { validBefore: message.validBefore + 1n },
      { nonce: nonceOf(2) },
    ]) {
      const sent = settlement.send(relayer, 'settle', { ...message, ...change }, signature)
      await expect(sent).rejects.toThrow('InvalidSignature')
    }
  })

  test('settle() refuses another signer, chain, contract, name or version, a high s, a wrong length', async () => {
    const message = await authorization()
    const own = await sign(payer, domain, types, message)
    const foreign = [
      sign(other, domain, types, message),
      ...[{ chainId: 1 }, { verifyingContract: token.address }, { name: 'x402' }, { version: '2' }].map((change) =>
        sign(payer, { ...domain, ...change }, types, message),
      ),
    ]
    const signatures = (await Promise.all(foreign)).map(({ serialized }) => serialized)
    for (const signature of [...signatures, highTwin(own), own.serialized.slice(0, -2), '0x']) {
      await expect(settlement.send(relayer, 'settle', message, signature)).rejects.toThrow('InvalidSignature')
    }
    const fromNobody = { ...message, from: ZeroAddress }
    await expect(settlement.send(relayer, 'settle', fromNobody, `0x${'00'.repeat(65)}`)).rejects.toThrow(
      'InvalidSignature',
    )
  })

  test('settle() refuses outside the window, both ends excluded', async () => {
    const at = (await chain.time()) + 1_000n
    const outcomes: string[] = []
    for (const [validAfter, validBefore] of [
      [at, at + 9n],
      [0n, at],
      [2n ** 256n - 1n, 2n ** 256n - 1n],
      [at - 1n, at + 1n],
    ] as const) {
      const message = await authorization({ validAfter, validBefore })
      const signature = await signed(message)
      await chain.rpc('evm_setNextBlockTimestamp', Number(at))
      const outcome = await settlement
        .send(relayer, 'settle', message, signature)
        .then(() => 'settled')
        .catch((error: Error) => error.message)
      outcomes.push(outcome)
    }
    expect(outcomes).toEqual(['NotYetValid', 'Expired', 'NotYetValid', 'settled'])
  })

  test('a contract wallet pays with what it accepts (ERC-1271), and not with what it refuses', async () => {
    // Answers any call with its first word of storage: the magic value, or nothing.
    await chain.rpc('anvil_setCode', payer.address, '0x5f545f5260205ff3')
    const message = await authorization()
    await expect(settlement.send(relayer, 'settle', message, await signed(message))).rejects.toThrow('InvalidSignature')
    await chain.rpc('anvil_setStorageAt', payer.address, ZeroHash, `0x1626ba7e${'0'.repeat(56)}`)
    await settlement.send(relayer, 'settle', message, '0x1234')
    expect(await balance(payee.address)).toBe(105n)
  })

  test('settle() leaves the authorisation unused where the token refuses, says no, or is none', async () => {
    const dear = await authorization({ value: 101n })
    const sent = settlement.send(relayer, 'settle', dear, await signed(dear))
    expect(await sent.catch(({ data }: { data: string }) => reasonName(data))).toBe('InsufficientAllowance')
    const falsely = await authorization({ token: hostile })
    await expect(settlement.send(relayer, 'settle', falsely, await signed(falsely))).rejects.toThrow('NoToken')
    await chain.rpc('anvil_setCode', hostile, '0x60205ff3')
    await expect(settlement.send(relayer, 'settle', falsely, await signed(falsely))).rejects.toThrow('TransferFailed')
    expect(await settlement.read('authorizationState', payer.address, nonceOf(1))).toEqual([false])
  })

  test('settleMany() makes the payments that can be made, and names the others with their reasons', async () => {
    const now = await chain.time()
    const good = await authorization()
    const dear = await authorization({ value: 1_000n, nonce: nonceOf(2) })
    const late = await authorization({ validBefore: now, nonce: nonceOf(3) })
    const early = await authorization({ validAfter: now + 900n, nonce: nonceOf(4) })
    const foreign = await authorization({ nonce: nonceOf(5) })
    const last = await authorization({ nonce: nonceOf(6) })
    const noToken = await authorization({ token: hostile, nonce: nonceOf(7) })
    const items = await Promise.all(
      [good, good, dear, late, early, last, noToken].map(async (each) => [each, await signed(each)] as const),
    )
    expect(await settleMany([...items, [foreign, await signed(foreign, other)]])).toEqual([
      ['AuthorizationUsed', nonceOf(1), ''],
      ['Refused', nonceOf(1), 'NonceUsed'],
      ['Refused', nonceOf(2), 'InsufficientAllowance'],
      ['Refused', nonceOf(3), 'Expired'],
      ['Refused', nonceOf(4), 'NotYetValid'],
      ['AuthorizationUsed', nonceOf(6), ''],
      ['Refused', nonceOf(7), 'NoToken'],
      ['Refused', nonceOf(5), 'InvalidSignature'],
    ])
    expect(await balance(payee.address)).toBe(110n)
    expect(await settleMany([])).toEqual([])
    await expect(settlement.send(relayer, 'settleMany', [good], [], gasEach)).rejects.toThrow('LengthMismatch')
  })

  test('settleMany() pays the others if one burns its gas, fails at length, or calls back', async () => {
    const again = settlementInterface.encodeFunctionData('settleMany', [[], [], 0n])
    for (const [code, reason] of [
      [burnsAllGas, '0x'],
      [refusesAtLength, `0x${'00'.repeat(256)}`],
      [reenters(again), 'ReentrancyGuardReentrantCall'],
    ] as const) {
      await reset()
      await chain.rpc('anvil_setCode', hostile, code)
      const messages = [
        await authorization({ token: hostile, nonce: nonceOf(1) }),
        await authorization({ token: hostile, nonce: nonceOf(2) }),
        await authorization({ nonce: nonceOf(3) }),
        await authorization({ token: hostile, nonce: nonceOf(4) }),
      ]
      const said = await settleMany(
        await Promise.all(messages.map(async (message) => [message, await signed(message)] as const)),
      )
      expect(said).toEqual([
        ['Refused', nonceOf(1), reason],
        ['Refused', nonceOf(2), reason],
        ['AuthorizationUsed', nonceOf(3), ''],
        ['Refused', nonceOf(4), reason],
      ])
    }
  })

  test('settleMany() refuses a gas limit that does not let every item have its share', async () => {
    const message = await authorization()
    const data = settlementInterface.encodeFunctionData('settleMany', [[message], [await signed(message)], gasEach])
    const call = { from: relayer, to: settlementAddress, data }
    const low = chain.rpc('eth_call', { ...call, gas: '0x2a000' }, 'latest')
    expect(await low.catch(({ data }: { data: string }) => reasonName(data))).toBe('TooLittleGas')
    await chain.rpc('eth_call', { ...call, gas: '0x34000' }, 'latest')
  })

  test('settleItem() is for the contract itself', async () => {
    const message = await authorization()
    const sent = settlement.send(relayer, 'settleItem', message, await signed(message))
    await expect(sent).rejects.toThrow('OnlySelf')
  })

  test('any interleaving uses each authorisation at most once and moves what its events say', async () => {
    const index = fc.nat({ max: people.length - 1 })
    const item: fc.Arbitrary<Item> = fc.record({
      from: index,
      to: index,
      signer: fc.option(index, { nil: undefined, freq: 4 }),
      value: fc.bigInt({ min: 0n, max: 60n }),
      nonce: fc.nat({ max: 3 }),
      late: fc.boolean(),
    })
    const step = fc.oneof(item, fc.array(item, { maxLength: 6 }))
    const used = settlementInterface.getEvent('AuthorizationUsed')

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        await reset()
        const held = people.map(() => 100n)
        const allowed = people.map(() => 100n)
        const spent = new Set<string>()
        const events: string[] = []
        /** What must come of an item, given all before it. */
        const expected = ({ from, to, signer = from, value, nonce, late }: Item): string => {
          if (late) return 'Expired'
          if (spent.has(`${from} ${nonce}`)) return 'NonceUsed'
          if (signer !== from) return 'InvalidSignature'
          if ((allowed[from] ?? 0n) < value) return 'InsufficientAllowance'
          if ((held[from] ?? 0n) < value) return 'InsufficientBalance'
          spent.add(`${from} ${nonce}`)
          allowed[from] = (allowed[from] ?? 0n) - value
          held[from] = (held[from] ?? 0n) - value
          held[to] = (held[to] ?? 0n) + value
          return 'settled'
        }
        for (const each of steps) {
          const group = [each].flat()
          const messages = await Promise.all(
            group.map(async ({ from, to, value, nonce, late }) =>
              authorization({
                from: people[from]?.address ?? '',
                to: people[to]?.address ?? '',
                value,
                nonce: nonceOf(nonce),
                ...(late ? { validBefore: 1n } : {}),
              }),
            ),
          )
          const signatures = await Promise.all(
            messages.map((message, at) => signed(message, people[group[at]?.signer ?? group[at]?.from ?? 0])),
          )
          const outcomes = group.map(expected)
          if (Array.isArray(each)) {
            const said = await settlement.send(relayer, 'settleMany', messages, signatures, gasEach)
            expect(said.map(({ name, args }) => (name === used?.name ? 'settled' : reasonName(args.reason)))).toEqual(
              outcomes,
            )
            events.push(...said.filter(({ name }) => name === used?.name).map(({ args }) => `${args[0]} ${args[1]}`))
          } else {
            const sent = settlement.send(relayer, 'settle', messages[0], signatures[0])
            const said = await sent.catch((error: { data: string }) => reasonName(error.data))
            if (typeof said === 'string') expect(said).toBe(outcomes[0])
            else events.push(...said.map(({ args }) => `${args[0]} ${args[1]}`))
            expect(typeof said === 'string').toBe(outcomes[0] !== 'settled')
          }
        }
        expect(new Set(events).size).toBe(events.length)
        expect(events.length).toBe(spent.size)
        expect(await Promise.all(people.map(({ address }) => balance(address)))).toEqual(held)
        expect(await token.read('totalSupply')).toEqual([300n])
      }),
      { numRuns: 40 },
    )
  }, 30_000)

  test("settles in Tempo's own pathUSD, within the gas that the README names", async () => {
    await using tempo = await startAnvil('--network', 'tempo', '--hardfork', 't3')
    const [first = ''] = tempo.accounts
    await tempo.rpc('eth_sendTransactionSync', { from: first, to: deployer, data: creation, gas: toBeHex(29_000_000) })
    const tempoToken = tempo.at(pathUsdAddress, abi.pathUsd)
    await tempoToken.send(first, 'transfer', payer.address, 100_000_000n)
    await tempo.rpc('anvil_setBalance', payer.address, toBeHex(10n ** 20n))
    await tempoToken.send(payer.address, 'approve', settlementAddress, 100n)

    const at = { ...domain, chainId: 31337 }
    const messages = await Promise.all([1, 2].map((nonce) => authorization({ nonce: nonceOf(nonce) })))
    const signatures = await Promise.all(
      messages.map(async (message) => (await sign(payer, at, types, message)).serialized),
    )
    const events = await tempo
      .at(settlementAddress, abi.tipSettlement)
      .send(first, 'settleMany', [...messages, messages[0]], [...signatures, signatures[0]], 600_000n)
    expect(events.map(({ name }) => name)).toEqual(['AuthorizationUsed', 'AuthorizationUsed', 'Refused'])
    expect(await tempoToken.read('balanceOf', payee.address)).toEqual([10n])
  })
})
