import { createKeyring } from '@salp/wallet'
import { extractReceiptFromResponse, verifyReceiptSignatureEIP712 } from '@x402/extensions/offer-receipt'
import { expect, test } from 'vitest'
import { encodeHeader } from './base64.js'
import { readSignedReceipt, signReceipt } from './signed-receipt.js'

const account = createKeyring({ type: 'key', privateKey: `0x${'11'.repeat(32)}` }).account(0)
const other = createKeyring({ type: 'key', privateKey: `0x${'22'.repeat(32)}` }).account(0)
const statement = {
  network: 'eip155:8453',
  resourceUrl: 'https://shop.example/weather',
  payer: other.address,
  issuedAt: 1_795_000_000,
  transaction: `0x${'ab'.repeat(32)}`,
}

test('signReceipt() makes a receipt that the official package reads and verifies', async () => {
  const extensions = signReceipt(account, statement)
  const header = encodeHeader({
    success: true,
    transaction: statement.transaction,
    network: statement.network,
    extensions,
  })
  const receipt = extractReceiptFromResponse(new Response(null, { headers: { 'PAYMENT-RESPONSE': header } }))
  if (receipt?.format !== 'eip712') throw new Error('There is no receipt')
  const verified = await verifyReceiptSignatureEIP712(receipt)
  expect(verified.signer.toLowerCase()).toBe(account.address.toLowerCase())
  expect(verified.payload).toEqual({ version: 1, ...statement })
})

test('readSignedReceipt() takes the word of the issuer only, and only as it was given', async () => {
  const extensions = signReceipt(account, statement)
  expect(await readSignedReceipt(extensions, account.address)).toMatchObject({ status: 'valid', statement })
  expect(await readSignedReceipt(extensions, other.address)).toEqual({ status: 'invalid' })
  const changed = JSON.parse(JSON.stringify(extensions).replace('weather', 'climate'))
  expect(await readSignedReceipt(changed, account.address)).toEqual({ status: 'invalid' })
  expect(await readSignedReceipt({}, account.address)).toEqual({ status: 'none' })
  expect(await readSignedReceipt({ 'offer-receipt': { info: {} } }, account.address)).toEqual({ status: 'invalid' })
})
