import { developmentAddresses } from '@salp/contracts'
import { expect, test } from 'vitest'
import { chains } from './chains.js'

test('chains name the tokens to pay in', () => {
  const first = Object.values(chains).map(({ id, assets: [asset] }) => [
    id,
    asset?.symbol,
    asset?.address,
    asset?.decimals,
    asset?.domain,
  ])
  expect(first).toEqual([
    [42431, 'pathUSD', '0x20C0000000000000000000000000000000000000', 6, { name: 'pathUSD', version: '1' }],
    [8453, 'USDC', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 6, { name: 'USD Coin', version: '2' }],
    [84532, 'USDC', '0x036CbD53842c5426634e7929541eC2318f3dCF7e', 6, { name: 'USDC', version: '2' }],
    [42431, 'devUSD', developmentAddresses.developmentDollar, 6, { name: 'Development Dollar', version: '1' }],
  ])
})

test('chains hold assets of their own id only, and are plain data', () => {
  for (const chain of Object.values(chains)) {
    expect(new Set(chain.assets.map(({ chainId }) => chainId))).toEqual(new Set([chain.id]))
    expect(JSON.parse(JSON.stringify(chain))).toEqual(chain)
  }
})
