import {
  type Address,
  type Asset,
  type Chain,
  createChainClient,
  createKeyring,
  createRpc,
  type Hex,
  parseAddress,
} from '@salp/wallet'
import {
  deployForDevelopment,
  developmentAddresses,
  placeExactPermit2Proxy,
  placePathUsd,
  placePermit2,
} from '../../../../contracts/src/index.js'
import { anvilProgram, spawnAnvil } from '../../../../wallet/src/node/internal/anvil.js'

export async function startTestChain(chainId = 42431) {
  const anvil = await spawnAnvil(
    anvilProgram() ?? '',
    0,
    ['--chain-id', String(chainId), '--silent', '--no-request-size-limit'].slice(0, 2),
  )
  if ('failure' in anvil) throw new Error(anvil.failure)
  const rpc = createRpc({ fetch }, { url: anvil.url })
  const client = createChainClient({ rpc }, { chainId })
  const [admin = ''] = await rpc.call<string[]>('eth_accounts', [])
  const send = async (tx: object) => {
    const receipt = await rpc.call<{ status: string }>('eth_sendTransactionSync', [{ from: admin, ...tx }])
    if (receipt.status !== '0x1') throw new Error('reverted')
  }
  const path = placePathUsd(admin)
  for (const { address, code } of [path, placePermit2(), placeExactPermit2Proxy()])
    await rpc.call('anvil_setCode', [address, code])
  await send({ ...path.initialize })
  for (const name of [
    'developmentDollar',
    'identityRegistry',
    'reputationRegistry',
    'validationRegistry',
    'tipSettlement',
    'transferBatch',
  ] as const) {
    const { to, data } = deployForDevelopment(name)
    await send({ to, data })
  }
  const dollar: Asset = {
    chainId,
    address: parseAddress(developmentAddresses.developmentDollar.toLowerCase()),
    symbol: 'devUSD',
    decimals: 6,
    domain: { name: 'Development Dollar', version: '1' },
  }
  const chain: Chain = {
    id: chainId,
    name: 'Test',
    rpcUrl: anvil.url,
    nativeCoin: true,
    contracts: {
      transferBatch: parseAddress(developmentAddresses.transferBatch.toLowerCase()),
      tipSettlement: parseAddress(developmentAddresses.tipSettlement.toLowerCase()),
    },
    assets: [dollar],
  }
  return {
    rpc,
    client,
    chain,
    dollar,
    url: anvil.url,
    send,
    async fund(address: Address, units = 1_000n) {
      await rpc.call('anvil_setBalance', [address, '0x56bc75e2d63100000'])
      const data = `0x40c10f19${address.slice(2).toLowerCase().padStart(64, '0')}${(units * 1_000_000n).toString(16).padStart(64, '0')}`
      await send({ to: dollar.address, data })
    },
    account: (n: number) =>
      createKeyring({ type: 'key', privateKey: `0x${n.toString(16).padStart(64, '0')}` as Hex }).account(0),
    close: () => anvil.stop({ graceMs: 0 }),
  }
}
