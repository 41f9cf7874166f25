import { getBytes, Interface, id, sha256, TypedDataEncoder, toBeHex, ZeroAddress } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  abi,
  deployForDevelopment,
  developmentAddresses,
  pathUsdAddress,
  placeExactPermit2Proxy,
  placePermit2,
} from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { fields, person, sign } from './testing/internal/signing.js'

const [payer, payee, other] = [person(0), person(1), person(2)]
/** As `@x402/evm` 2.27.0 has them. */
const types = {
  PermitWitnessTransferFrom: fields(
    'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Witness witness',
  ),
  TokenPermissions: fields('address token,uint256 amount'),
  Witness: fields('address to,uint256 validAfter'),
}
const permit2Address = placePermit2().address
const spender = placeExactPermit2Proxy().address
const domain = { name: 'Permit2', chainId: 42431, verifyingContract: permit2Address }
const token = developmentAddresses.developmentDollar

let chain: TestChain
let proxy: TestContract
let dollar: TestContract
let permit2: TestContract
let relayer: string
let snapshot: string

beforeAll(async () => {
  chain = await startAnvil('--chain-id', '42431')
  relayer = chain.accounts[9] ?? ''
  for (const { address, code } of [placePermit2(), placeExactPermit2Proxy()]) {
    await chain.rpc('anvil_setCode', address, code)
  }
  const { to, data } = deployForDevelopment('developmentDollar')
  await chain.rpc('eth_sendTransactionSync', { from: relayer, to, data })
  dollar = chain.at(token, abi.developmentDollar)
  proxy = chain.at(spender, [...abi.exactPermit2Proxy, ...abi.permit2.filter(({ name }) => name !== 'InvalidAmount')])
  permit2 = chain.at(permit2Address, abi.permit2)
  await chain.rpc('anvil_setBalance', payer.address, toBeHex(10n ** 20n))
  await dollar.send(relayer, 'mint', payer.address, 100n)
  await dollar.send(payer.address, 'approve', permit2Address, 100n)
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

/** What `settle` takes: five units of the payer to the payee, signed. */
async function payment({ amount = 5n, validAfter = 0n, to = payee.address, signer = payer } = {}) {
  const permit = { permitted: { token, amount }, nonce: 7n, deadline: (await chain.time()) + 3_600n }
  const witness = { to, validAfter }
  const { serialized } = await sign(signer, domain, types, { ...permit, spender, witness })
  return { permit, owner: payer.address, witness, signature: serialized }
}

describe('placePermit2()', () => {
  test('gives the code that a Tempo chain holds, to the byte', async () => {
    const { address, code } = placePermit2()
    await using tempo = await startAnvil('--network', 'tempo', '--hardfork', 't3')
    expect(await tempo.rpc('eth_getCode', address, 'latest')).toBe(code)
    expect(sha256(code)).toBe('0x0138d7a3a8d11b824ac3a7bf309c4f44a42f4e1ef2484451f0c3f4db6a03a298')
    expect(getBytes(code)).toHaveLength(9152)
  })

  test('stands under the domain of the chain it is placed on', async () => {
    expect(await permit2.read('DOMAIN_SEPARATOR')).toEqual([TypedDataEncoder.hashDomain(domain)])
  })
})

describe('ExactPermit2Proxy', () => {
  test('has the interface and the types that the stock client and facilitator of x402 use', async () => {
    const stock = Interface.from([
      'function PERMIT2() view returns (address)',
      'function WITNESS_TYPEHASH() view returns (bytes32)',
      'function WITNESS_TYPE_STRING() view returns (string)',
      'function settle(((address token,uint256 amount) permitted,uint256 nonce,uint256 deadline) permit,address owner,(address to,uint256 validAfter) witness,bytes signature)',
      'function settleWithPermit((uint256 value,uint256 deadline,bytes32 r,bytes32 s,uint8 v) permit2612,((address token,uint256 amount) permitted,uint256 nonce,uint256 deadline) permit,address owner,(address to,uint256 validAfter) witness,bytes signature)',
      'event Settled()',
      'event SettledWithPermit()',
      'error InvalidAmount()',
      'error InvalidDestination()',
      'error InvalidOwner()',
      'error PaymentTooEarly()',
      'error Permit2612AmountMismatch()',
      'error ReentrancyGuardReentrantCall()',
    ])
    const ours = Interface.from(abi.exactPermit2Proxy)
    expect(ours.format().toSorted()).toEqual(stock.format().toSorted())

    expect(await proxy.read('PERMIT2')).toEqual([permit2Address])
    expect(await proxy.read('WITNESS_TYPEHASH')).toEqual([id('Witness(address to,uint256 validAfter)')])
    const [appended] = await proxy.read('WITNESS_TYPE_STRING')
    const whole = `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,${appended}`
    expect(whole).toBe(TypedDataEncoder.from(types).encodeType('PermitWitnessTransferFrom'))
  })

  test('settle() moves what was permitted to where it was signed for, once', async () => {
    const { permit, owner, witness, signature } = await payment()
    const events = await proxy.send(relayer, 'settle', permit, owner, witness, signature)
    expect(events.map(({ name }) => name)).toEqual(['Settled'])
    expect(await balance(payee.address)).toBe(5n)
    expect(await permit2.read('nonceBitmap', payer.address, 0n)).toEqual([1n << 7n])
    await expect(proxy.send(relayer, 'settle', permit, owner, witness, signature)).rejects.toThrow('InvalidNonce')
  })

  test('settle() refuses another destination, time, amount, owner or signer than signed for', async () => {
    const { permit, owner, witness, signature } = await payment()
    for (const [changedPermit, changedOwner, changedWitness] of [
      [permit, owner, { ...witness, to: relayer }],
      [permit, owner, { ...witness, validAfter: 1n }],
      [{ ...permit, permitted: { token, amount: 6n } }, owner, witness],
      [{ ...permit, nonce: 8n }, owner, witness],
      [permit, other.address, witness],
    ] as const) {
      await expect(
        proxy.send(relayer, 'settle', changedPermit, changedOwner, changedWitness, signature),
      ).rejects.toThrow('InvalidSigner')
    }
    const foreign = await payment({ signer: other })
    await expect(proxy.send(relayer, 'settle', ...Object.values(foreign))).rejects.toThrow('InvalidSigner')
    expect(await balance(payee.address)).toBe(0n)
  })

  test('settle() refuses nothing, nobody, nowhere and too early by name, and what has expired', async () => {
    const at = (await chain.time()) + 1_000n
    const refusals = [
      [await payment({ amount: 0n }), 'InvalidAmount'],
      [{ ...(await payment()), owner: ZeroAddress }, 'InvalidOwner'],
      [await payment({ to: ZeroAddress }), 'InvalidDestination'],
      [await payment({ validAfter: at + 1n }), 'PaymentTooEarly'],
    ] as const
    for (const [args, reason] of refusals) {
      await expect(proxy.send(relayer, 'settle', ...Object.values(args))).rejects.toThrow(reason)
    }
    const intime = await payment({ validAfter: at })
    await chain.rpc('evm_setNextBlockTimestamp', Number(at))
    await proxy.send(relayer, 'settle', ...Object.values(intime))
    expect(await balance(payee.address)).toBe(5n)

    const late = await payment()
    await chain.rpc('evm_setNextBlockTimestamp', Number(late.permit.deadline) + 1)
    await expect(proxy.send(relayer, 'settle', ...Object.values(late))).rejects.toThrow('SignatureExpired')
  })

  test('settleWithPermit() needs no allowance before, the same amount, and no permit of its own to succeed', async () => {
    await dollar.send(payer.address, 'approve', permit2Address, 0n)
    const args = await payment()
    await expect(proxy.send(relayer, 'settle', ...Object.values(args))).rejects.toThrow('TRANSFER_FROM_FAILED')

    const { deadline } = args.permit
    const allowance = { owner: payer.address, spender: permit2Address, value: 5n, nonce: 0n, deadline }
    const { r, s, v } = await sign(
      payer,
      { name: 'Development Dollar', version: '1', chainId: 42431, verifyingContract: token },
      { Permit: fields('address owner,address spender,uint256 value,uint256 nonce,uint256 deadline') },
      allowance,
    )
    const gasless = { value: 5n, deadline, r, s, v }
    const send = (permit2612: object) => proxy.send(relayer, 'settleWithPermit', permit2612, ...Object.values(args))
    await expect(send({ ...gasless, value: 6n })).rejects.toThrow('Permit2612AmountMismatch')
    await expect(send({ ...gasless, deadline: deadline + 1n })).rejects.toThrow('TRANSFER_FROM_FAILED')

    const before = await chain.rpc('evm_snapshot')
    expect((await send(gasless)).map(({ name }) => name)).toEqual(['SettledWithPermit'])
    await chain.rpc('evm_revert', before)
    // Somebody was quicker with the permit: its allowance stands.
    await dollar.send(relayer, 'permit', payer.address, permit2Address, 5n, deadline, v, r, s)
    await send(gasless)
    expect(await balance(payee.address)).toBe(5n)
  })

  test("settles in Tempo's own pathUSD by the Permit2 that stands there", async () => {
    await using tempo = await startAnvil('--network', 'tempo', '--hardfork', 't3')
    const [first = ''] = tempo.accounts
    const { address, code } = placeExactPermit2Proxy()
    await tempo.rpc('anvil_setCode', address, code)
    await tempo.rpc('anvil_setBalance', payer.address, toBeHex(10n ** 20n))
    const pathUsd = tempo.at(pathUsdAddress, abi.pathUsd)
    await pathUsd.send(first, 'transfer', payer.address, 100_000_000n)
    await pathUsd.send(payer.address, 'approve', permit2Address, 5n)

    const permit = { permitted: { token: pathUsdAddress, amount: 5n }, nonce: 7n, deadline: 2n ** 40n }
    const witness = { to: payee.address, validAfter: 0n }
    const { serialized } = await sign(payer, { ...domain, chainId: 31337 }, types, { ...permit, spender, witness })
    const onTempo = tempo.at(address, abi.exactPermit2Proxy)
    expect(await onTempo.send(first, 'settle', permit, payer.address, witness, serialized)).toHaveLength(1)
    expect(await pathUsd.read('balanceOf', payee.address)).toEqual([5n])
  })
})
