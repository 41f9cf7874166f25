import { Interface, id, ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abi, pathUsdAddress, placePathUsd } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { fields, person, sign } from './testing/internal/signing.js'

const tempoFactory = '0x20Fc000000000000000000000000000000000000'
const tempoFees = '0xfeEC000000000000000000000000000000000000'
const tempo = [
  'function createToken(string,string,string,address,address,bytes32) returns (address)',
  'event TokenCreated(address indexed token,string,string,string,address,address,bytes32)',
  'function setUserToken(address)',
]
const roles = ['ISSUER_ROLE', 'PAUSE_ROLE', 'UNPAUSE_ROLE', 'BURN_BLOCKED_ROLE'].map(id)

let ours: { chain: TestChain; token: TestContract }
/** A token of Tempo's own, on anvil's Tempo chain: what ours is held against. */
let theirs: { chain: TestChain; token: TestContract }
let people: readonly string[]
let snapshots: readonly string[]

beforeAll(async () => {
  const [chain, tempoChain] = await Promise.all([
    startAnvil('--chain-id', '42431'),
    startAnvil('--network', 'tempo', '--hardfork', 't3'),
  ])
  people = chain.accounts.slice(0, 3)
  const [admin = ''] = people

  const { address, code, initialize } = placePathUsd(admin)
  await chain.rpc('anvil_setCode', address, code)
  await chain.rpc('eth_sendTransactionSync', { from: admin, ...initialize })
  ours = { chain, token: chain.at(address, abi.pathUsd) }

  const factory = tempoChain.at(tempoFactory, tempo)
  // Fees are taken in pathUSD, and so not in the token that is watched.
  for (const account of people) await tempoChain.at(tempoFees, tempo).send(account, 'setUserToken', pathUsdAddress)
  const [created] = await factory.send(admin, 'createToken', 'a', 'a', 'USD', pathUsdAddress, admin, ZeroHash)
  theirs = { chain: tempoChain, token: tempoChain.at(created?.args[0], abi.pathUsd) }
  for (const { token } of [ours, theirs]) {
    for (const role of roles) await token.send(admin, 'grantRole', role, admin)
    await token.send(admin, 'mint', people[1], 100n)
  }
  await snapshot()
})
afterAll(async () => {
  await Promise.all([ours, theirs].map(({ chain }) => chain[Symbol.asyncDispose]()))
})

async function snapshot(): Promise<void> {
  snapshots = await Promise.all([ours, theirs].map(({ chain }) => chain.rpc<string>('evm_snapshot')))
}

/** Sets both chains back to where every test begins. */
async function reset(): Promise<void> {
  await Promise.all([ours, theirs].map(({ chain }, index) => chain.rpc('evm_revert', snapshots[index])))
  await snapshot()
}
beforeEach(reset)

/** What came of an act, with the token's own address taken out. */
async function outcome({ token }: { token: TestContract }, from: string, name: string, args: readonly unknown[]) {
  try {
    const events = await token.send(from, name, ...args)
    return events.map((event) => [event.name, ...event.args.map(String)])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('placePathUsd()', () => {
  test('puts pathUSD at the address of Tempo, once and for one administrator', async () => {
    const said = await Promise.all(
      ['name', 'symbol', 'decimals', 'currency', 'quoteToken', 'transferPolicyId'].map(
        async (name) => (await ours.token.read(name))[0],
      ),
    )
    expect(said).toEqual(['pathUSD', 'pathUSD', 6n, 'USD', ZeroAddress, 1n])
    expect(await ours.token.read('hasRole', people[0], ZeroHash)).toEqual([true])
    await expect(ours.token.send(people[1] ?? '', 'initialize', people[1])).rejects.toThrow('AlreadyInitialized')
  })

  test('throws TypeError for what is no address', () => {
    expect(() => placePathUsd('0x12')).toThrow(TypeError)
  })

  test('has the selectors that payment clients call', () => {
    const token = Interface.from(abi.pathUsd)
    expect(token.getFunction('transferWithMemo')?.selector).toBe('0x95777d59')
    expect(token.getFunction('transferFromWithMemo')?.selector).toBe('0x929c2539')
  })
})

describe('PathUsd', () => {
  test('answers any run of acts as Tempo does, and keeps the supply the sum of balances', async () => {
    const who = fc.nat({ max: 2 }).map((index) => () => people[index] ?? '')
    const to = fc.oneof(
      { weight: 8, arbitrary: who },
      { weight: 1, arbitrary: fc.constantFrom(ZeroAddress, pathUsdAddress).map((address) => () => address) },
    )
    const amount = fc.oneof(
      fc.bigInt({ min: 0n, max: 60n }),
      fc.constantFrom(2n ** 128n - 1n, 2n ** 128n, 2n ** 256n - 1n),
    )
    const memo = fc.constantFrom(ZeroHash, id('memo'))
    const role = fc.constantFrom(ZeroHash, ...roles)
    const act = (name: string, ...args: fc.Arbitrary<unknown>[]) => fc.tuple(fc.constant(name), who, fc.tuple(...args))
    const acts = fc.oneof(
      { weight: 6, arbitrary: fc.oneof(act('mint', to, amount), act('mintWithMemo', to, amount, memo)) },
      { weight: 6, arbitrary: fc.oneof(act('transfer', to, amount), act('transferWithMemo', to, amount, memo)) },
      {
        weight: 6,
        arbitrary: fc.oneof(act('transferFrom', who, to, amount), act('transferFromWithMemo', who, to, amount, memo)),
      },
      { weight: 4, arbitrary: act('approve', who, amount) },
      {
        weight: 3,
        arbitrary: fc.oneof(act('burn', amount), act('burnWithMemo', amount, memo), act('burnBlocked', who, amount)),
      },
      { weight: 3, arbitrary: fc.oneof(act('pause'), act('unpause'), act('unpause')) },
      {
        weight: 2,
        arbitrary: fc.oneof(
          act('setSupplyCap', amount),
          act('changeTransferPolicyId', fc.constantFrom(0n, 1n, 1n, 9n)),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.oneof(act('grantRole', role, who), act('revokeRole', role, who), act('renounceRole', role)),
      },
    )
    const resolve = (value: unknown): unknown => (typeof value === 'function' ? value() : value)

    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 10, maxLength: 20 }), async (run) => {
        await reset()
        for (const [name, from, args] of run) {
          const resolved = args.map(resolve)
          const [own, tempos] = await Promise.all([
            outcome(ours, from(), name, resolved),
            outcome(theirs, from(), name, resolved),
          ])
          expect([name, ...resolved, own]).toEqual([name, ...resolved, tempos])
        }
        const held = await Promise.all(
          people.map(async (each) => (await ours.token.read('balanceOf', each))[0] as bigint),
        )
        const [supply] = await ours.token.read('totalSupply')
        expect(held.reduce((sum, each) => sum + each, 0n)).toBe(supply)
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('permit() approves once, by the owner, in time, while paused too', async () => {
    const { chain, token } = ours
    const owner = person(0)
    const [admin = '', spender = ''] = people
    await token.send(admin, 'pause')
    const deadline = (await chain.time()) + 3_600n
    const domain = { name: 'pathUSD', version: '1', chainId: 42431, verifyingContract: token.address }
    const types = { Permit: fields('address owner,address spender,uint256 value,uint256 nonce,uint256 deadline') }
    const message = { owner: owner.address, spender, value: 7n, nonce: 0n, deadline }
    const send = ({ v, r, s }: { v: number; r: string; s: string }, until = deadline) =>
      token.send(admin, 'permit', owner.address, spender, 7n, until, v, r, s)

    await expect(send(await sign(person(1), domain, types, message))).rejects.toThrow('InvalidSignature')
    const signature = await sign(owner, domain, types, message)
    await expect(send(signature, 1n)).rejects.toThrow('PermitExpired')
    await send(signature)
    expect(await token.read('allowance', owner.address, spender)).toEqual([7n])
    await expect(send(signature)).rejects.toThrow('InvalidSignature')
    await token.send(admin, 'unpause')
    expect(await token.read('nonces', owner.address)).toEqual([1n])
  })
})
