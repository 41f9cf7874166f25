/** How much faster is a signature checked with the curve in WebAssembly? Run: `vitest bench packages/wallet` */

import { verifyTypedData as verifyByEthers } from 'ethers'
import { test } from 'vitest'
import { transferWithAuthorization } from './authorization.js'
import { chains } from './chains.js'
import { createKeyring } from './keyring.js'
import type { Asset } from './money.js'
import { loadWasmCurve } from './node/wasm-curve.js'
import { verifyTypedData } from './verify.js'

const [usdc] = chains.base.assets as [Asset]
const secret = { type: 'key', privateKey: `0x${'11'.repeat(32)}` } as const
const { recover, sign } = await loadWasmCurve()
const plain = createKeyring(secret).account()
const fast = createKeyring(secret, { sign }).account()
const signer = plain.address

/** Authorisations of one payer, each with its signature. */
const signed = Array.from({ length: 64 }, (_, n) => {
  const nonce = `0x${n.toString(16).padStart(64, '0')}` as const
  const authorization = { from: signer, to: signer, value: 1n, validAfter: 0n, validBefore: 10n, nonce }
  const data = transferWithAuthorization(usdc, authorization)
  return { data, signature: plain.signTypedData(data) }
})

test('checking 64 signatures of EIP-3009', async ({ bench }) => {
  await bench.compare(
    bench('ethers', () => {
      for (const { data, signature } of signed) {
        const { domain, primaryType, members, message } = data
        if (
          verifyByEthers(
            { ...domain, version: domain.version ?? null, verifyingContract: data.domain.verifyingContract ?? null },
            { [primaryType]: [...members] },
            message,
            signature,
          ) !== signer
        )
          throw signer
      }
    }),
    bench('ours, in JavaScript', async () => {
      for (const { data, signature } of signed) await verifyTypedData(data, { signer, signature })
    }),
    bench('ours, in WebAssembly', async () => {
      for (const { data, signature } of signed) await verifyTypedData(data, { signer, signature }, { recover })
    }),
    { time: 1_500, warmupTime: 300 },
  )
})

test('signing 64 transactions', async ({ bench }) => {
  const fields = {
    to: signer,
    chainId: 42431,
    gasLimit: 100_000n,
    maxFeePerGas: 10n ** 9n,
    data: `0x${'ab'.repeat(300)}`,
  }
  const run = (account: typeof plain) => () => {
    for (let nonce = 0; nonce < 64; nonce++) account.signTransaction({ ...fields, nonce })
  }
  await bench.compare(bench('in JavaScript', run(plain)), bench('in WebAssembly', run(fast)), { time: 1_500 })
})
