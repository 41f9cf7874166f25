import { toBeHex, ZeroAddress } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abi, deployDevelopmentDollar } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { fields, highTwin, person, sign } from './testing/internal/signing.js'

const people = [person(0), person(1), person(2), person(3)]
const [payer, payee, other] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
const types = {
  transfer: {
    TransferWithAuthorization: fields(
      'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
    ),
  },
  receive: {
    ReceiveWithAuthorization: fields(
      'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
    ),
  },
  cancel: { CancelAuthorization: fields('address authorizer,bytes32 nonce') },
  permit: { Permit: fields('address owner,address spender,uint256 value,uint256 nonce,uint256 deadline') },
}
const bySignature = '(address,address,uint256,uint256,uint256,bytes32,bytes)'
const byParts = '(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)'

let chain: TestChain
let dollar: TestContract
let domain: { name: string; version: string; chainId: number; verifyingContract: string }
let relayer: string
let snapshot: string

beforeAll(async () => {
  chain = await startAnvil('--chain-id', '42431')
  relayer = chain.accounts[0] ?? ''
  dollar = chain.at(await chain.create(deployDevelopmentDollar().data), abi.developmentDollar)
  for (const { address } of people) {
    await chain.rpc('anvil_setBalance', address, toBeHex(10n ** 20n))
    await dollar.send(relayer, 'mint', address, 1_000_000_000n)
  }
  domain = { name: 'Development Dollar', version: '1', chainId: 42431, verifyingContract: dollar.address }
  snapshot = await chain.rpc('evm_snapshot')
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.rpc('evm_revert', snapshot)
  snapshot = await chain.rpc('evm_snapshot')
})

const balance = async (address: string): Promise<bigint> => (await dollar.read('balanceOf', address))[0]
const nonceOf = (number: bigint): string => toBeHex(number, 32)

/** An authorisation by the payer to the payee that holds for an hour, but for `change`. */
async function authorization(
  change: Partial<Record<'from' | 'to' | 'nonce', string>> &
    Partial<Record<'value' | 'validAfter' | 'validBefore', bigint>> = {},
) {
  const now = await chain.time()
  return {
    from: payer.address,
    to: payee.address,
    value: 5n,
    validAfter: 0n,
    validBefore: now + 3_600n,
    nonce: nonceOf(1n),
    ...change,
  }
}

describe('DevelopmentDollar', () => {
  test('says what a payment client asks of it', async () => {
    const said = await Promise.all(
      ['name', 'symbol', 'version', 'decimals'].map(async (name) => (await dollar.read(name))[0]),
    )
    expect(said).toEqual(['Development Dollar', 'devUSD', '1', 6n])
  })

  test('mint() gives to whoever asks, a million dollars at most', async () => {
    await dollar.send(other.address, 'mint', other.address, 1_000_000_000_000n)
    expect(await balance(other.address)).toBe(1_001_000_000_000n)
    await expect(dollar.send(other.address, 'mint', other.address, 1_000_000_000_001n)).rejects.toThrow('MintTooLarge')
  })

  test.each([
    ['bytes', bySignature],
    ['v, r, s', byParts],
  ])('transferWithAuthorization() by %s moves the value once, whoever sends it', async (_, form) => {
    const message = await authorization()
    const signature = await sign(payer, domain, types.transfer, message)
    const parts = form === byParts ? [signature.v, signature.r, signature.s] : [signature.serialized]
    const args = [...Object.values(message), ...parts]

    const events = await dollar.send(relayer, `transferWithAuthorization${form}`, ...args)
    expect(events.map(({ name, args }) => [name, ...args])).toEqual([
      ['AuthorizationUsed', payer.address, message.nonce],
      ['Transfer', payer.address, payee.address, 5n],
    ])
    expect(await dollar.read('authorizationState', payer.address, message.nonce)).toEqual([true])
    for (const again of [form, bySignature]) {
      await expect(
        dollar.send(
          relayer,
          `transferWithAuthorization${again}`,
          ...Object.values(message),
          ...(again === form ? parts : [signature.serialized]),
        ),
      ).rejects.toThrow('ERC3009UsedAuthorization')
    }
    expect(await balance(payee.address)).toBe(1_000_000_005n)
  })

  test('transferWithAuthorization() refuses the high-s twin of a signature', async () => {
    const message = await authorization()
    const signature = await sign(payer, domain, types.transfer, message)
    await expect(
      dollar.send(relayer, `transferWithAuthorization${bySignature}`, ...Object.values(message), highTwin(signature)),
    ).rejects.toThrow('ERC3009InvalidSignature')
  })

  test('transferWithAuthorization() refuses outside the window, both ends excluded', async () => {
    const at = (await chain.time()) + 1_000n
    const refused: string[] = []
    for (const [validAfter, validBefore] of [
      [at, at + 9n],
      [0n, at],
      [2n ** 47n, 2n ** 48n - 1n],
      [at - 1n, at + 1n],
    ] as const) {
      const message = await authorization({ validAfter, validBefore, nonce: nonceOf(validAfter) })
      const { serialized } = await sign(payer, domain, types.transfer, message)
      await chain.rpc('evm_setNextBlockTimestamp', Number(at))
      await dollar
        .send(relayer, `transferWithAuthorization${bySignature}`, ...Object.values(message), serialized)
        .catch((error: Error) => refused.push(error.message))
    }
    expect(refused).toEqual(Array(3).fill('ERC3009InvalidAuthorizationTime'))
    expect(await balance(payee.address)).toBe(1_000_000_005n)
  })

  test('transferWithAuthorization() refuses whatever was not signed, field by field', async () => {
    const message = await authorization({ value: 1_000n })
    const signature = await sign(payer, domain, types.transfer, message)
    const changes = [
      { from: other.address },
      { to: other.address },
      { value: 1_001n },
      { value: 999n },
      { validAfter: 1n },
      { validBefore: message.validBefore + 1n },
      { nonce: nonceOf(2n) },
    ]
    for (const change of changes) {
      const changed = Object.values({ ...message, ...change })
      await expect(
        dollar.send(relayer, `transferWithAuthorization${bySignature}`, ...changed, signature.serialized),
      ).rejects.toThrow('ERC3009InvalidSignature')
      await expect(
        dollar.send(relayer, `transferWithAuthorization${byParts}`, ...changed, signature.v, signature.r, signature.s),
      ).rejects.toThrow('ERC3009InvalidSignature')
    }
  })

  test('transferWithAuthorization() refuses another signer, chain, contract, name or version', async () => {
    const message = await authorization()
    const signed = [
      sign(other, domain, types.transfer, message),
      ...[{ chainId: 1 }, { verifyingContract: ZeroAddress }, { name: 'USD Coin' }, { version: '2' }].map((change) =>
        sign(payer, { ...domain, ...change }, types.transfer, message),
      ),
      sign(payer, domain, types.receive, message),
    ]
    for (const { serialized } of await Promise.all(signed)) {
      await expect(
        dollar.send(relayer, `transferWithAuthorization${bySignature}`, ...Object.values(message), serialized),
      ).rejects.toThrow('ERC3009InvalidSignature')
    }
  })

  test('receiveWithAuthorization() is for the payee alone', async () => {
    const message = await authorization()
    const { serialized } = await sign(payer, domain, types.receive, message)
    const args = [`receiveWithAuthorization${bySignature}`, ...Object.values(message), serialized] as const
    await expect(dollar.send(relayer, ...args)).rejects.toThrow('ERC20InvalidReceiver')
    await dollar.send(payee.address, ...args)
    await expect(dollar.send(payee.address, ...args)).rejects.toThrow('ERC3009UsedAuthorization')
  })

  test('cancelAuthorization() spends a nonce of the signer only', async () => {
    const message = await authorization()
    const { serialized } = await sign(payer, domain, types.transfer, message)
    const cancellation = { authorizer: payer.address, nonce: message.nonce }
    const cancel = 'cancelAuthorization(address,bytes32,bytes)'

    const foreign = await sign(other, domain, types.cancel, cancellation)
    await expect(dollar.send(relayer, cancel, payer.address, message.nonce, foreign.serialized)).rejects.toThrow(
      'ERC3009InvalidSignature',
    )
    const own = await sign(payer, domain, types.cancel, cancellation)
    await dollar.send(relayer, cancel, payer.address, message.nonce, own.serialized)
    await expect(
      dollar.send(relayer, `transferWithAuthorization${bySignature}`, ...Object.values(message), serialized),
    ).rejects.toThrow('ERC3009UsedAuthorization')
  })

  test('a contract wallet pays with what it accepts (ERC-1271), and not with what it refuses', async () => {
    // Answers any call with its first word of storage: the magic value, or nothing.
    await chain.rpc('anvil_setCode', other.address, '0x5f545f5260205ff3')
    const message = await authorization({ from: other.address })
    const args = [`transferWithAuthorization${bySignature}`, ...Object.values(message), '0x1234'] as const
    await expect(dollar.send(relayer, ...args)).rejects.toThrow('ERC3009InvalidSignature')
    await chain.rpc('anvil_setStorageAt', other.address, toBeHex(0, 32), `0x1626ba7e${'0'.repeat(56)}`)
    await dollar.send(relayer, ...args)
    expect(await balance(payee.address)).toBe(1_000_000_005n)
  })

  test('permit() approves once, by the owner, in time', async () => {
    const deadline = (await chain.time()) + 3_600n
    const message = { owner: payer.address, spender: other.address, value: 7n, nonce: 0n, deadline }
    const send = ({ v, r, s }: { v: number; r: string; s: string }, until = deadline) =>
      dollar.send(relayer, 'permit', payer.address, other.address, 7n, until, v, r, s)

    await expect(send(await sign(other, domain, types.permit, message))).rejects.toThrow('ERC2612InvalidSigner')
    const signature = await sign(payer, domain, types.permit, message)
    await expect(send(signature, 1n)).rejects.toThrow('ERC2612ExpiredSignature')
    await send(signature)
    expect(await dollar.read('allowance', payer.address, other.address)).toEqual([7n])
    await expect(send(signature)).rejects.toThrow('ERC2612InvalidSigner')
  })

  test('any run of acts keeps the supply the sum of balances and spends each authorisation once', async () => {
    const index = fc.nat({ max: people.length - 1 })
    const value = fc.bigInt({ min: 0n, max: 1_500_000_000n })
    const act = fc.oneof(
      fc.record({ kind: fc.constant('mint' as const), to: index, value }),
      fc.record({ kind: fc.constant('transfer' as const), from: index, to: index, value }),
      fc.record({
        kind: fc.constant('authorize' as const),
        from: index,
        to: index,
        signer: index,
        value,
        nonce: fc.bigInt({ min: 0n, max: 2n }),
        late: fc.boolean(),
      }),
    )
    const before = await Promise.all(people.map(({ address }) => balance(address)))

    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 12 }), async (acts) => {
        await chain.rpc('evm_revert', snapshot)
        snapshot = await chain.rpc('evm_snapshot')
        const expected = [...before]
        let supply = before.reduce((sum, held) => sum + held, 0n)
        const spent = new Set<string>()
        const move = (from: number, to: number, moved: bigint): void => {
          expected[from] = (expected[from] ?? 0n) - moved
          expected[to] = (expected[to] ?? 0n) + moved
        }
        for (const step of acts) {
          const to = people[step.to] ?? payee
          if (step.kind === 'mint') {
            await dollar.send(relayer, 'mint', to.address, step.value)
            supply += step.value
            expected[step.to] = (expected[step.to] ?? 0n) + step.value
            continue
          }
          const from = people[step.from] ?? payer
          const covered = (expected[step.from] ?? 0n) >= step.value
          if (step.kind === 'transfer') {
            const sent = dollar.send(from.address, 'transfer', to.address, step.value)
            if (covered) {
              await sent
              move(step.from, step.to, step.value)
            } else await expect(sent).rejects.toThrow('ERC20InsufficientBalance')
            continue
          }
          const message = await authorization({
            from: from.address,
            to: to.address,
            value: step.value,
            nonce: nonceOf(step.nonce),
            ...(step.late ? { validBefore: 1n } : {}),
          })
          const { serialized } = await sign(people[step.signer] ?? payer, domain, types.transfer, message)
          const key = `${step.from} ${step.nonce}`
          const sent = dollar.send(
            relayer,
            `transferWithAuthorization${bySignature}`,
            ...Object.values(message),
            serialized,
          )
          if (step.signer === step.from && !step.late && !spent.has(key) && covered) {
            await sent
            spent.add(key)
            move(step.from, step.to, step.value)
          } else await expect(sent).rejects.toThrow(/^ERC/)
        }
        const held = await Promise.all(people.map(({ address }) => balance(address)))
        expect(held).toEqual(expected)
        expect(await dollar.read('totalSupply')).toEqual([supply])
        expect(held.reduce((sum, each) => sum + each, 0n)).toBe(supply)
      }),
      { numRuns: 40 },
    )
  }, 30_000)
})
