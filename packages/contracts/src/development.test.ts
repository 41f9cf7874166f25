import { getCreate2Address, keccak256, ZeroHash } from 'ethers'
import { expect, test } from 'vitest'
import { abi, type DevelopmentContract, deployForDevelopment, developmentAddresses } from './index.js'
import { startAnvil } from './testing/internal/anvil.js'

test('deployForDevelopment() puts every contract at its address, on any chain, once', async () => {
  await using chain = await startAnvil('--chain-id', '42431')
  await using tempo = await startAnvil('--network', 'tempo', '--hardfork', 't3')
  for (const name of Object.keys(developmentAddresses) as DevelopmentContract[]) {
    const { address, to, data } = deployForDevelopment(name)
    expect(address).toBe(getCreate2Address(to, ZeroHash, keccak256(`0x${data.slice(66)}`)))
    for (const { rpc, accounts } of [chain, tempo]) {
      expect(await rpc('eth_getCode', address, 'latest')).toBe('0x')
      const transaction = { from: accounts[0], to, data, gas: '0x1c00000' }
      expect(await rpc('eth_sendTransactionSync', transaction)).toMatchObject({ status: '0x1' })
      expect(await rpc('eth_getCode', address, 'latest')).not.toBe('0x')
      expect(await rpc('eth_sendTransactionSync', transaction)).toMatchObject({ status: '0x0' })
    }
  }
  const reputation = chain.at(developmentAddresses.reputationRegistry, abi.reputationRegistry)
  expect(await reputation.read('getIdentityRegistry')).toEqual([developmentAddresses.identityRegistry])
})
