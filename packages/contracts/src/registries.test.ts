import { getAddress, id, toBeHex, toUtf8Bytes, ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { abi, deployIdentityRegistry, deployReputationRegistry, deployValidationRegistry } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './testing/internal/anvil.js'
import { fields, person, sign } from './testing/internal/signing.js'

const people = [0, 1, 2, 3].map(person)
const addresses = people.map(({ address }) => address)
const [owner = '', client = '', other = '', fourth = ''] = addresses
const wallet = person(1)
const register = 'register(string)'

let chain: TestChain
let identity: TestContract
let reputation: TestContract
let validation: TestContract
let snapshot: string

beforeAll(async () => {
  chain = await startAnvil('--chain-id', '42431')
  identity = chain.at(await chain.create(deployIdentityRegistry().data), abi.identityRegistry)
  const create = async (deploy: typeof deployReputationRegistry) => chain.create(deploy(identity.address).data)
  reputation = chain.at(await create(deployReputationRegistry), abi.reputationRegistry)
  validation = chain.at(await create(deployValidationRegistry), abi.validationRegistry)
  for (const address of addresses) await chain.rpc('anvil_setBalance', address, toBeHex(10n ** 20n))
  snapshot = await chain.rpc('evm_snapshot')
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
})
const reset = async (): Promise<void> => {
  await chain.rpc('evm_revert', snapshot)
  snapshot = await chain.rpc('evm_snapshot')
}
beforeEach(reset)

const eventsOf = (events: Awaited<ReturnType<TestContract['send']>>) => events.map(({ name, args }) => [name, ...args])

describe('IdentityRegistry', () => {
  test('register() tells of itself in the order of the standard, with ids from 0', async () => {
    const events = eventsOf(await identity.send(owner, register, 'https://a.example/agent.json'))
    expect(events.map(([name]) => name)).toEqual(['Transfer', 'MetadataUpdate', 'Registered', 'MetadataSet'])
    expect(events[2]).toEqual(['Registered', 0n, 'https://a.example/agent.json', owner])
    expect(events[3]?.slice(1)).toMatchObject([0n, { hash: id('agentWallet') }, 'agentWallet', owner.toLowerCase()])
    const again = await identity.send(client, 'register(string,(string,bytes)[])', '', [['key', '0x01']])
    expect(again.at(-1)?.args.slice(2)).toEqual(['key', '0x01'])
    expect(await identity.read('ownerOf', 1n)).toEqual([client])
    expect(await identity.read('getAgentWallet', 0n)).toEqual([owner])
    expect(await identity.read('getAgentWallet', 7n)).toEqual([ZeroAddress])
  })

  test('keeps the wallet out of ordinary metadata', async () => {
    await identity.send(owner, register, '')
    await expect(identity.send(owner, 'setMetadata', 0n, 'agentWallet', '0x01')).rejects.toThrow('reserved key')
    await expect(
      identity.send(owner, 'register(string,(string,bytes)[])', '', [['agentWallet', '0x01']]),
    ).rejects.toThrow('reserved key')
    await identity.send(owner, 'setMetadata', 0n, 'name', toUtf8Bytes('a'))
    expect(await identity.read('getMetadata', 0n, 'name')).toEqual(['0x61'])
  })

  test('setAgentWallet() takes the owner to send and the new wallet to sign, within five minutes', async () => {
    await identity.send(owner, register, '')
    const now = await chain.time()
    const domain = {
      name: 'ERC8004IdentityRegistry',
      version: '1',
      chainId: 42431,
      verifyingContract: identity.address,
    }
    const types = { AgentWalletSet: fields('uint256 agentId,address newWallet,address owner,uint256 deadline') }
    const attempt = async (
      sender: string,
      signer = wallet,
      change: { agentId?: bigint; owner?: string; deadline?: bigint } = {},
    ) => {
      const deadline = change.deadline ?? now + 200n
      const message = { agentId: 0n, newWallet: client, owner, deadline, ...change }
      const { serialized } = await sign(signer, domain, types, message)
      return identity.send(sender, 'setAgentWallet', 0n, client, deadline, serialized)
    }
    await expect(attempt(other)).rejects.toThrow('Not authorized')
    await expect(attempt(client)).rejects.toThrow('Not authorized')
    await expect(attempt(owner, person(0))).rejects.toThrow('invalid wallet sig')
    await expect(attempt(owner, wallet, { owner: other })).rejects.toThrow('invalid wallet sig')
    await expect(attempt(owner, wallet, { agentId: 1n })).rejects.toThrow('invalid wallet sig')
    await expect(attempt(owner, wallet, { deadline: now - 1n })).rejects.toThrow('expired')
    await expect(attempt(owner, wallet, { deadline: now + 1_000n })).rejects.toThrow('deadline too far')
    await expect(identity.send(owner, 'setAgentWallet', 0n, ZeroAddress, now + 200n, '0x')).rejects.toThrow(
      'bad wallet',
    )
    await attempt(owner)
    expect(await identity.read('getAgentWallet', 0n)).toEqual([client])
    await identity.send(owner, 'unsetAgentWallet', 0n)
    expect(await identity.read('getAgentWallet', 0n)).toEqual([ZeroAddress])
  })

  test('setAgentWallet() asks a contract wallet (ERC-1271)', async () => {
    await identity.send(owner, register, '')
    // Answers any call with its first word of storage: the magic value, or nothing.
    await chain.rpc('anvil_setCode', other, '0x5f545f5260205ff3')
    const args = ['setAgentWallet', 0n, other, (await chain.time()) + 200n, '0x1234'] as const
    await expect(identity.send(owner, ...args)).rejects.toThrow('invalid wallet sig')
    await chain.rpc('anvil_setStorageAt', other, toBeHex(0, 32), `0x1626ba7e${'0'.repeat(56)}`)
    await identity.send(owner, ...args)
    expect(await identity.read('getAgentWallet', 0n)).toEqual([other])
  })

  test('in any run of acts an identity changes hands by its owner or whom the owner approved alone', async () => {
    const who = fc.nat({ max: 3 })
    const kinds = [
      'transferFrom',
      'approve',
      'setApprovalForAll',
      'setAgentURI',
      'setMetadata',
      'unsetAgentWallet',
    ] as const
    const act = fc.record({
      kind: fc.constantFrom(...kinds),
      by: who,
      from: who,
      to: who,
      agent: fc.bigInt(0n, 1n),
      on: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 16 }), async (acts) => {
        await reset()
        await identity.send(owner, register, '')
        await identity.send(client, register, '')
        const owners = [owner, client]
        const wallets = [owner, client]
        const approved = [ZeroAddress, ZeroAddress]
        const operators = new Set<string>()
        for (const { kind, by, from, to, agent, on } of acts) {
          const index = Number(agent)
          const [sender = '', source = '', target = ''] = [addresses[by], addresses[from], addresses[to]]
          const held = owners[index] ?? ''
          const operates = sender === held || operators.has(`${held} ${sender}`)
          const may = operates || sender === approved[index]
          const allowed = {
            transferFrom: may && source === held,
            approve: operates,
            setApprovalForAll: true,
            setAgentURI: may,
            setMetadata: may,
            unsetAgentWallet: may,
          }[kind]
          const args = {
            transferFrom: [source, target, agent],
            approve: [target, agent],
            setApprovalForAll: [target, on],
            setAgentURI: [agent, 'x'],
            setMetadata: [agent, 'k', '0x'],
            unsetAgentWallet: [agent],
          }[kind]
          const sent = identity.send(sender, kind, ...args)
          if (!allowed) {
            await expect(sent).rejects.toThrow(/^ERC721|^Not authorized$/)
            continue
          }
          await sent
          if (kind === 'transferFrom')
            [owners[index], wallets[index], approved[index]] = [target, ZeroAddress, ZeroAddress]
          if (kind === 'approve') approved[index] = target
          if (kind === 'unsetAgentWallet') wallets[index] = ZeroAddress
          if (kind === 'setApprovalForAll') {
            if (on) operators.add(`${sender} ${target}`)
            else operators.delete(`${sender} ${target}`)
          }
        }
        for (const agent of [0, 1]) {
          expect(await identity.read('ownerOf', agent)).toEqual([owners[agent]])
          expect(await identity.read('getAgentWallet', agent)).toEqual([wallets[agent]])
        }
      }),
      { numRuns: 40 },
    )
  }, 30_000)
})

describe('ReputationRegistry', () => {
  const give = (from: string, value: bigint, decimals: bigint, tag = 'starred') =>
    reputation.send(from, 'giveFeedback', 0n, value, decimals, tag, '', 'https://a.example', 'ipfs://x', ZeroHash)
  beforeEach(async () => {
    await identity.send(owner, register, '')
  })

  test('giveFeedback() refuses the owner, its operators, the approved, and agents that do not exist', async () => {
    await identity.send(owner, 'setApprovalForAll', other, true)
    await identity.send(owner, 'approve', fourth, 0n)
    for (const self of [owner, other, fourth])
      await expect(give(self, 5n, 0n)).rejects.toThrow('Self-feedback not allowed')
    await identity.send(owner, 'transferFrom', owner, client, 0n)
    await expect(give(client, 5n, 0n)).rejects.toThrow('Self-feedback not allowed')
    await expect(reputation.send(other, 'giveFeedback', 9n, 1n, 0n, '', '', '', '', ZeroHash)).rejects.toThrow(
      id('ERC721NonexistentToken(uint256)').slice(0, 10),
    )
    expect(await reputation.read('getClients', 0n)).toEqual([[]])
  })

  test("giveFeedback() numbers a client's entries from 1 and bounds them", async () => {
    const [event] = await give(client, -5n, 1n)
    expect(event?.args.slice(0, 5)).toEqual([0n, client, 1n, -5n, 1n])
    expect((await give(client, 10n ** 38n, 18n))[0]?.args[2]).toBe(2n)
    expect(await reputation.read('getLastIndex', 0n, client)).toEqual([2n])
    await expect(give(client, 10n ** 38n + 1n, 0n)).rejects.toThrow('value too large')
    await expect(give(client, -(2n ** 127n), 0n)).rejects.toThrow('value too large')
    await expect(give(client, 1n, 19n)).rejects.toThrow('too many decimals')
  })

  test("revokeFeedback() takes back one's own entry once", async () => {
    await give(client, 5n, 0n)
    await expect(reputation.send(owner, 'revokeFeedback', 0n, 1n)).rejects.toThrow('index out of bounds')
    await expect(reputation.send(client, 'revokeFeedback', 0n, 0n)).rejects.toThrow('index must be > 0')
    await reputation.send(client, 'revokeFeedback', 0n, 1n)
    await expect(reputation.send(client, 'revokeFeedback', 0n, 1n)).rejects.toThrow('Already revoked')
    expect(await reputation.read('getSummary', 0n, [client], '', '')).toEqual([0n, 0n, 0n])
    expect((await reputation.read('readAllFeedback', 0n, [], '', '', false))[0]).toEqual([])
    expect(await reputation.read('readAllFeedback', 0n, [], '', '', true)).toEqual([
      [client],
      [1n],
      [5n],
      [0n],
      ['starred'],
      [''],
      [true],
    ])
  })

  test('getSummary() must be told whom to believe', async () => {
    await expect(reputation.read('getSummary', 0n, [], '', '')).rejects.toThrow('clientAddresses required')
  })

  test('getSummary() averages any entries, at the commonest number of decimals, the lowest on a tie', async () => {
    const entry = fc.record({
      from: fc.constantFrom(client, other, fourth),
      value: fc.bigInt({ min: -1_000n, max: 1_000n }),
      decimals: fc.bigInt({ min: 0n, max: 3n }),
      tag: fc.constantFrom('a', 'b'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
        await reset()
        await identity.send(owner, register, '')
        for (const { from, value, decimals, tag } of entries) await give(from, value, decimals, tag)
        const counted = entries.filter(({ from, tag }) => from !== fourth && tag === 'a')
        const times = (decimals: bigint) => counted.filter((each) => each.decimals === decimals).length
        const [common] = [0n, 1n, 2n, 3n].toSorted((a, b) => times(b) - times(a) || Number(a - b))
        const decimals = counted.length === 0 ? 0n : (common ?? 0n)
        const sum = counted.reduce((total, each) => total + each.value * 10n ** (18n - each.decimals), 0n)
        const average = counted.length === 0 ? 0n : sum / BigInt(counted.length) / 10n ** (18n - decimals)
        expect(await reputation.read('getSummary', 0n, [client, other], 'a', '')).toEqual([
          BigInt(counted.length),
          average,
          decimals,
        ])
      }),
      { numRuns: 25 },
    )
  }, 30_000)

  test('appendResponse() counts answers by responder', async () => {
    await give(client, 5n, 0n)
    await expect(reputation.send(other, 'appendResponse', 0n, client, 2n, 'x', ZeroHash)).rejects.toThrow(
      'index out of bounds',
    )
    await expect(reputation.send(other, 'appendResponse', 0n, client, 1n, '', ZeroHash)).rejects.toThrow('Empty URI')
    for (const from of [other, other, owner])
      await reputation.send(from, 'appendResponse', 0n, client, 1n, 'x', ZeroHash)
    const count = async (of: string, index: bigint, by: string[]) =>
      (await reputation.read('getResponseCount', 0n, of, index, by))[0]
    expect([await count(client, 1n, []), await count(client, 0n, [other]), await count(ZeroAddress, 0n, [])]).toEqual([
      3n,
      2n,
      3n,
    ])
  })
})

describe('ValidationRegistry', () => {
  const request = (from: string, validator = client, hash = id('work')) =>
    validation.send(from, 'validationRequest', validator, 0n, 'ipfs://work', hash)
  const respond = (from: string, response: number, hash = id('work')) =>
    validation.send(from, 'validationResponse', hash, response, 'ipfs://answer', ZeroHash, 'tests')
  beforeEach(async () => {
    await identity.send(owner, register, '')
  })

  test("validationRequest() is for the owner's side, and a hash is asked once", async () => {
    await expect(request(other)).rejects.toThrow('Not authorized')
    await expect(request(owner, ZeroAddress)).rejects.toThrow('bad validator')
    const [event] = await request(owner)
    expect(event?.args.slice()).toEqual([client, 0n, 'ipfs://work', id('work')])
    await expect(request(owner)).rejects.toThrow('exists')
    await expect(request(owner, other)).rejects.toThrow('exists')
    expect(await validation.read('getValidatorRequests', client)).toEqual([[id('work')]])
  })

  test('validationResponse() is for the named validator, 0 to 100, and the latest counts', async () => {
    await request(owner)
    await expect(respond(owner, 100)).rejects.toThrow('not validator')
    await expect(respond(client, 101)).rejects.toThrow('resp>100')
    await expect(respond(client, 1, id('unknown'))).rejects.toThrow('unknown')
    expect(await validation.read('getSummary', 0n, [], '')).toEqual([0n, 0n])
    await respond(client, 40)
    await respond(client, 90)
    await request(owner, other, id('more'))
    await respond(other, 51, id('more'))
    expect(await validation.read('getSummary', 0n, [], 'tests')).toEqual([2n, 70n])
    expect(await validation.read('getSummary', 0n, [client], '')).toEqual([1n, 90n])
    expect(await validation.read('getSummary', 0n, [], 'other')).toEqual([0n, 0n])
    expect((await validation.read('getValidationStatus', id('work'))).slice(0, 5)).toEqual([
      client,
      0n,
      90n,
      ZeroHash,
      'tests',
    ])
  })
})

describe('deployReputationRegistry()', () => {
  test('makes a registry that names its identity registry, and none for an address without code', async () => {
    expect(await reputation.read('getIdentityRegistry')).toEqual([getAddress(identity.address)])
    await expect(chain.create(deployReputationRegistry(other).data)).rejects.toThrow('bad identity')
    expect(() => deployReputationRegistry('0x')).toThrow(TypeError)
  })
})
