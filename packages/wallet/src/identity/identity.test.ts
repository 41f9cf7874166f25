import { artifacts } from '@salp/contracts'
import { deployContractWallet } from '@salp/contracts/testing'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { Interface, keccak256, toUtf8Bytes } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Address, Hex } from '../hex.js'
import { createKeyring } from '../keyring.js'
import { walletMigrations } from '../migrations.js'
import { createSender, type Sender } from '../sender.js'
import { developmentPhrase, encode, startTestAnvil, type TestAnvil } from '../testing/internal/anvil.js'
import { createAgentReader } from './agents.js'
import { createAgentIndex, type ScanProgress } from './discover-agents.js'
import { giveFeedback, readReputation } from './feedback.js'
import { createIdentity } from './identity.js'
import { type AgentReference, registrationUri, registryName } from './registration.js'
import { answerValidation, readValidation, requestValidation } from './validation.js'
import { verifyRegistration } from './verify-registration.js'

const keyring = createKeyring({ type: 'phrase', phrase: developmentPhrase })
const [owner, client, other, cold] = [1, 2, 3, 4].map((index) => keyring.account(index)) as [
  ReturnType<typeof keyring.account>,
  ReturnType<typeof keyring.account>,
  ReturnType<typeof keyring.account>,
  ReturnType<typeof keyring.account>,
]

let anvil: TestAnvil
let registry: Address
let reputation: Address
let validation: Address
let dollar: Address
beforeAll(async () => {
  anvil = await startTestAnvil('--gas-limit', '1000000000')
  registry = await anvil.deploy('identityRegistry')
  const argument = registry.slice(2).padStart(64, '0')
  reputation = await anvil.deploy('reputationRegistry', argument)
  validation = await anvil.deploy('validationRegistry', argument)
  dollar = await anvil.deploy('developmentDollar')
}, 60_000)
afterAll(() => anvil[Symbol.asyncDispose]())

const open: Sender[] = []
afterAll(() => Promise.all(open.map((sender) => sender.close())))

/** What an account acts with; its journal is its own. */
function actor(account: typeof owner, db = openDatabase(':memory:')) {
  migrate(db, 'wallet', walletMigrations)
  const { rpc, chain } = anvil
  const sender = createSender({ chain, rpc, account, db, clock: systemClock }, { maxFeePerGas: 10n ** 11n, pollMs: 20 })
  open.push(sender)
  const deps = { chain, sender }
  return { db, deps, sender, identity: createIdentity(deps, { registry }) }
}

const registryAbi = new Interface(artifacts.identityRegistry.abi)

let acts = 0
const id = () => `act-${acts++}`
const reader = () => createAgentReader(anvil, { registry })

async function registered(by: ReturnType<typeof actor>, uri = ''): Promise<bigint> {
  const outcome = await by.identity.register({ id: id(), uri, another: true })
  if (outcome.status !== 'registered') throw new Error(outcome.status)
  return outcome.agentId
}

test('E1: register() makes one agent of an id, with its events in order, also after a restart', async () => {
  const by = actor(other)
  const request = { id: 'register', uri: 'https://a.example/agent.json', metadata: { role: new Uint8Array([1, 2]) } }
  const first = await by.identity.register(request)
  if (first.status !== 'registered') throw new Error(first.status)
  const { agentId, receipt } = first
  const topics = ['Transfer', 'MetadataUpdate', 'Registered', 'MetadataSet', 'MetadataSet']
  expect(receipt.logs.map((log) => registryAbi.parseLog(log)?.name)).toEqual(topics)
  expect(await by.identity.register(request)).toEqual(first)
  await by.sender.close()
  const after = actor(other, by.db)
  expect(await after.identity.register(request)).toEqual(first)
  expect(await reader().read(agentId)).toEqual({
    agentId,
    owner: other.address,
    wallet: other.address,
    uri: request.uri,
  })
  expect(await reader().metadata(agentId, 'role')).toEqual(new Uint8Array([1, 2]))
  expect(await reader().countOf(other.address)).toBe(1)
  // The database is lost; the chain knows better.
  expect(await actor(other).identity.register({ id: 'again', uri: '' })).toEqual({ status: 'owned', count: 1 })
  expect(await reader().read(999_999n)).toBeUndefined()
})

test('E1: setUri(), setMetadata() and transfer() change what others read; a transfer clears the wallet', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const uri = { id: id(), agentId, uri: 'https://b.example' }
  expect((await by.identity.setUri(uri)).status).toBe('done')
  expect((await by.identity.setUri(uri)).status).toBe('done')
  await by.identity.setMetadata({ id: id(), agentId, key: 'k', value: new Uint8Array([7]) })
  expect(await reader().read(agentId)).toMatchObject({ uri: 'https://b.example', wallet: owner.address })
  expect(await reader().metadata(agentId, 'k')).toEqual(new Uint8Array([7]))
  expect((await by.identity.transfer({ id: id(), agentId, to: cold.address })).status).toBe('done')
  expect(await reader().read(agentId)).toMatchObject({ owner: cold.address, wallet: undefined })
  const refusal = { status: 'refused', reason: 'rejected', detail: 'Not authorized' }
  const before = await anvil.chain.nonceOf(owner.address, 'latest')
  expect(await by.identity.setUri({ id: id(), agentId, uri: '' })).toEqual(refusal)
  expect(await anvil.chain.nonceOf(owner.address, 'latest')).toBe(before)
})

test('E2: setWallet() takes the signature of an account, or of a contract, and of nobody else', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const request = { id: id(), agentId, wallet: cold }
  expect((await by.identity.setWallet(request)).status).toBe('done')
  // Signed again it would differ; the act is the one that was sent.
  expect((await by.identity.setWallet(request)).status).toBe('done')
  expect(await reader().read(agentId)).toMatchObject({ wallet: cold.address })
  const contract = await anvil.send({ data: deployContractWallet(client.address).data })
  if (contract === undefined) throw new Error('no wallet')
  const wallet = { address: contract, signTypedData: client.signTypedData }
  expect((await by.identity.setWallet({ id: id(), agentId, wallet })).status).toBe('done')
  expect(await reader().read(agentId)).toMatchObject({ wallet: contract })
  const forged = { address: cold.address, signTypedData: client.signTypedData }
  expect(await by.identity.setWallet({ id: id(), agentId, wallet: forged })).toMatchObject({
    detail: 'invalid wallet sig',
  })
  expect(await actor(other).identity.setWallet({ id: id(), agentId, wallet: cold })).toMatchObject({
    detail: 'Not authorized',
  })
})

test('E2: a consent that is used late, or runs too long, is refused', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const shifted = (seconds: number) => ({
    address: cold.address,
    signTypedData: (data: Parameters<typeof cold.signTypedData>[0]) =>
      cold.signTypedData({
        ...data,
        message: { ...data.message, deadline: BigInt(String(data.message.deadline)) + BigInt(seconds) },
      }),
  })
  // Another deadline than the one that is sent: the signature is of other terms.
  expect(await by.identity.setWallet({ id: id(), agentId, wallet: shifted(1) })).toMatchObject({
    detail: 'invalid wallet sig',
  })
  const setWallet = (deadline: bigint): Hex =>
    encode(artifacts.identityRegistry.abi, 'setAgentWallet', agentId, cold.address, deadline, '0x')
  const { timestamp } = await anvil.chain.latestBlock()
  const attempt = async (deadline: number) =>
    anvil.chain.simulate({ from: owner.address, to: registry, data: setWallet(BigInt(deadline)) })
  expect(await attempt(timestamp - 1)).toMatchObject({ reason: 'expired' })
  expect(await attempt(timestamp + 100_000)).toMatchObject({ reason: 'deadline too far' })
})

test('recover() takes an agent back by the address that was allowed before, and by no other', async () => {
  const lost = actor(owner)
  const agentId = await registered(lost)
  expect(await actor(cold).identity.recover({ id: id(), agentId, to: cold.address })).toMatchObject({
    status: 'refused',
  })
  expect((await lost.identity.setRecovery({ id: id(), recovery: cold.address, allowed: true })).status).toBe('done')
  const saviour = actor(cold)
  expect((await saviour.identity.recover({ id: id(), agentId, to: other.address })).status).toBe('done')
  expect(await reader().read(agentId)).toMatchObject({ owner: other.address, wallet: undefined })
  expect((await actor(other).identity.setWallet({ id: id(), agentId, wallet: other })).status).toBe('done')
  await lost.identity.setRecovery({ id: id(), recovery: cold.address, allowed: false })
  const kept = await registered(lost)
  expect(await saviour.identity.recover({ id: id(), agentId: kept, to: cold.address })).toMatchObject({
    status: 'refused',
  })
})

/** Pays devUSD, which is minted for it. @returns The transaction. */
async function pay(from: Address, to: Address, token = dollar): Promise<Hex> {
  const { abi } = artifacts.developmentDollar
  await anvil.send({ from, to: token, data: encode(abi, 'mint', from, 5n) })
  const data = encode(abi, 'transfer', to, 5n)
  const { transactionHash } = await anvil.rpc.call<{ transactionHash: Hex }>('eth_sendTransactionSync', [
    { from, to: token, data },
  ])
  return transactionHash
}

test('E3: readReputation() counts feedback with a payment of its own, and says why it doubts the rest', async () => {
  const agentId = await registered(actor(owner))
  const agent: AgentReference = { chainId: 42431, registry, agentId }
  const by = actor(client)
  const base = { agent, value: 95n, decimals: 0, tag1: 'starred', tag2: '', endpoint: '' }
  const give = async (from: ReturnType<typeof actor>, value: bigint, payment?: { to: Address; transaction: Hex }) =>
    giveFeedback(from.deps, { reputation }, { ...base, value, payment }, { id: id() })

  expect(await give(actor(owner), 100n)).toMatchObject({ detail: 'Self-feedback not allowed' })
  const paid = { to: owner.address, transaction: await pay(client.address, owner.address) }
  const worthless = await anvil.deploy('developmentDollar')
  const cheap = { to: owner.address, transaction: await pay(client.address, owner.address, worthless) }
  const elsewhere = { to: owner.address, transaction: await pay(client.address, cold.address) }
  const anothers = { to: owner.address, transaction: await pay(other.address, owner.address) }
  await give(by, 1n, paid)
  await give(by, 2n, paid)
  await give(by, 3n)
  await give(by, 4n, elsewhere)
  await give(by, 5n, anothers)
  await give(by, 6n, { ...paid, to: cold.address })
  await give(by, 7n, { ...paid, transaction: `0x${'11'.repeat(32)}` })
  await give(by, 10n, cheap)
  await give(actor(cold), 8n, { to: owner.address, transaction: await pay(cold.address, owner.address) })
  // Paid after it was said, and taken back.
  await give(actor(other), 9n, anothers)
  await anvil.send({
    from: other.address,
    to: reputation,
    data: encode(artifacts.reputationRegistry.abi, 'revokeFeedback', agentId, 1n),
  })
  const { counted, doubted } = await readReputation(anvil, agent, {
    reputation,
    assets: [{ address: dollar }],
    own: [cold.address],
  })
  expect(counted.map(({ client: from, value, index, tag1 }) => [from, value, index, tag1])).toEqual([
    [client.address, 1n, 1n, 'starred'],
  ])
  expect(doubted.map(({ feedback: { value }, doubt }) => [value, doubt])).toEqual([
    [2n, 'payment-used'],
    [3n, 'no-payment'],
    [4n, 'not-paid'],
    [5n, 'not-paid'],
    [6n, 'no-payment'],
    [7n, 'not-paid'],
    [10n, 'not-paid'],
    [8n, 'own'],
    [9n, 'revoked'],
  ])
  const nothing = await readReputation(anvil, agent, { reputation, assets: [], own: [] })
  expect(nothing.counted).toEqual([])
})

test('requestValidation() and answerValidation() are read back, an open request as such', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const hash = keccak256(toUtf8Bytes(`work ${agentId}`)) as Hex
  const asked = { agentId, validator: client.address, uri: 'https://a.example/work', hash }
  expect(await readValidation(anvil, { validation }, hash)).toBeUndefined()
  expect((await requestValidation(by.deps, { validation }, { id: id(), ...asked })).status).toBe('done')
  expect(await readValidation(anvil, { validation }, hash)).toMatchObject({
    agentId,
    validator: client.address,
    answer: undefined,
  })
  expect(await requestValidation(by.deps, { validation }, { id: id(), ...asked })).toMatchObject({ detail: 'exists' })
  const answer = { requestHash: hash, response: 80, tag: 'tests' }
  expect(await answerValidation(by.deps, { validation }, { id: id(), ...answer })).toMatchObject({
    detail: 'not validator',
  })
  expect((await answerValidation(actor(client).deps, { validation }, { id: id(), ...answer })).status).toBe('done')
  expect((await readValidation(anvil, { validation }, hash))?.answer).toMatchObject({ response: 80, tag: 'tests' })
})

/** Registers many agents in one transaction: creation code that calls the registry in a loop. */
async function registerMany(count: number): Promise<void> {
  const words = count.toString(16).padStart(4, '0')
  const code = `0x631aa3a00860e01b5f5261${words}5b5f5f60045f5f73${registry.slice(2)}5af1506001900380600d5700`
  await anvil.rpc.call('eth_sendTransactionSync', [{ from: cold.address, data: code, gas: '0x3b9a0000' }])
}

test('E4: an index of 10 000 agents that is interrupted goes on where it was, and finds nothing twice', async () => {
  const { number } = await anvil.chain.latestBlock()
  const first = Number(await registered(actor(owner), 'https://first.example')) + 1
  for (let n = 0; n < 20; n++) await registerMany(500)
  const moved = BigInt(first + 7_777)
  // Their owner is the short-lived contract that registered them.
  const created = (await reader().read(moved))?.owner ?? cold.address
  await anvil.rpc.call('anvil_impersonateAccount', [created])
  await anvil.rpc.call('anvil_setBalance', [created, '0xffffffffffffffff'])
  const give = encode(artifacts.identityRegistry.abi, 'transferFrom', created, owner.address, moved)
  await anvil.send({ from: created, to: registry, data: give })
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const open = () => createAgentIndex({ db, chain: anvil.chain }, { registry, fromBlock: number, rangeBlocks: 3 })
  const controller = new AbortController()
  const seen: ScanProgress[] = []
  const onProgress = (progress: ScanProgress): void => {
    seen.push(progress)
    if (seen.length === 3) controller.abort(new Error('interrupted'))
  }
  await expect(open().sync({ signal: controller.signal, onProgress })).rejects.toThrow('interrupted')
  expect(seen).toHaveLength(3)
  const index = open()
  const done = await index.sync({ onProgress: (progress) => seen.push(progress) })
  expect(seen.map(({ block }) => block)).toEqual([...seen.map(({ block }) => block)].sort((a, b) => a - b))
  expect(done).toMatchObject({ agents: 10_001, block: done.until })
  expect(index.get(BigInt(first - 1))).toMatchObject({ owner: owner.address, uri: 'https://first.example' })
  expect(index.get(moved)?.owner).toBe(owner.address)
  const pages: bigint[] = []
  for (
    let page = index.list({ limit: 3_000 });
    page.length > 0;
    page = index.list({ limit: 3_000, after: pages.at(-1) })
  ) {
    pages.push(...page.map(({ agentId }) => agentId))
  }
  expect(pages).toEqual(Array.from({ length: 10_001 }, (_, n) => BigInt(first - 1 + n)))
  const before = db.prepare('SELECT count(*) AS n FROM wallet_agents').get()
  await index.sync()
  expect(db.prepare('SELECT count(*) AS n FROM wallet_agents').get()).toEqual(before)
}, 60_000)

/** Strangers' servers: what each URL answers; all else is not there. Redirects are refused, as the fetch of a runtime does when told so. */
function web(pages: Readonly<Record<string, () => Response>>) {
  const asked: string[] = []
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    asked.push(String(url))
    const response = pages[String(url)]?.()
    if (response === undefined) throw new TypeError('fetch failed')
    if (response.status >= 300 && response.status < 400 && init.redirect === 'error') throw new TypeError('redirected')
    return response
  }
  return { fetch: fetch as typeof globalThis.fetch, asked }
}

const fileOf = (agent: AgentReference, more: object = {}) => ({
  name: 'Salp',
  description: 'An agent',
  services: [
    { name: 'A2A', endpoint: 'https://a.example/a2a' },
    { name: 'web', endpoint: 'https://b.example/' },
  ],
  registrations: [{ agentId: Number(agent.agentId), agentRegistry: registryName(agent) }],
  ...more,
})

test('E5: verifyRegistration() reads a file that names the agent, and tells which domains do', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const agent = { chainId: 42431, registry, agentId }
  const wallet = { name: 'agentWallet', endpoint: `eip155:42431:${owner.address}` }
  const file = fileOf(agent, { services: [...fileOf(agent).services, wallet] })
  await by.identity.setUri({ id: id(), agentId, uri: registrationUri(file) })
  const wellKnown = '.well-known/agent-registration.json'
  const { fetch, asked } = web({
    [`https://a.example/${wellKnown}`]: () => Response.json({ registrations: file.registrations }),
    [`https://b.example/${wellKnown}`]: () => Response.json({ registrations: [] }),
  })
  expect(await verifyRegistration({ chain: anvil.chain, fetch }, agent)).toMatchObject({
    status: 'read',
    agent: { agentId, owner: owner.address },
    registration: { name: 'Salp', services: file.services },
    origins: [
      { origin: 'https://a.example', proven: true },
      { origin: 'https://b.example', proven: false },
    ],
  })
  expect(asked).toHaveLength(2)
})

test('E5: verifyRegistration() says why a file does not count', async () => {
  const by = actor(owner)
  const agentId = await registered(by)
  const agent = { chainId: 42431, registry, agentId }
  const good = JSON.stringify({ type: 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1', ...fileOf(agent) })
  const url = 'https://a.example/agent.json'
  const json = (text: string) => () => new Response(text, { headers: { 'content-type': 'application/json' } })
  const verdict = async (page: (() => Response) | undefined, uri = url) => {
    await by.identity.setUri({ id: id(), agentId, uri })
    const { fetch } = web(page === undefined ? {} : { [url]: page })
    const result = await verifyRegistration({ chain: anvil.chain, fetch }, agent, { maxBytes: 5_000 })
    return result.status === 'failed' ? result.reason : result.status
  }
  expect(await verdict(json(good))).toBe('read')
  expect(await verdict(undefined)).toBe('unreachable')
  expect(await verdict(() => new Response('', { status: 404 }))).toBe('status')
  expect(await verdict(() => new Response(good, { headers: { 'content-type': 'text/html' } }))).toBe('content-type')
  expect(await verdict(() => Response.redirect('http://127.0.0.1/agent.json'))).toBe('unreachable')
  expect(await verdict(json(`${good}${' '.repeat(5_000)}`))).toBe('too-large')
  expect(await verdict(json('{'))).toBe('not-json')
  expect(await verdict(json('{"type":"x"}'))).toBe('form')
  expect(await verdict(json(good.replace(`"agentId":${agentId}`, '"agentId":123456')))).toBe('other-agent')
  const elsewhere = { services: [{ name: 'agentWallet', endpoint: `eip155:42431:${cold.address}` }] }
  expect(await verdict(undefined, registrationUri(fileOf(agent, elsewhere)))).toBe('wallet')
  for (const uri of [
    '',
    'ftp://a.example/x',
    'http://a.example/agent.json',
    'ipfs://x',
    'https://user:pass@a.example/',
  ]) {
    expect(await verdict(undefined, uri), uri).toBe('uri')
  }
  const { fetch } = web({})
  expect(await verifyRegistration({ chain: anvil.chain, fetch }, { ...agent, agentId: 10n ** 9n })).toEqual({
    status: 'failed',
    reason: 'absent',
  })
})
