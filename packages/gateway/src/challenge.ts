/** The answer to who has not paid: one that clients of both versions of x402 understand, and people. */

import { formatAmount } from '@salp/wallet'
import { type Offer, toV1 } from './offer.js'
import { base64 } from './wire/base64.js'
import { headerNames } from './wire/headers.js'
import type { JsonObject, PaymentRequired, ResourceInfo } from './wire/objects.js'

/** What is asked, of whom. */
export interface Challenge {
  readonly offers: readonly Offer[]
  readonly resource: ResourceInfo
  /** A reason code, or a sentence. */
  readonly error: string
  readonly extensions?: JsonObject | undefined
}

/** Parts of an answer, ready to be sent again and again. */
export interface PreparedChallenge {
  readonly header: string
  readonly body: string
}

/** Writes a challenge. The body is version 1's where an offer can be told in it, so that a client of either pays. */
export function prepareChallenge({ offers, resource, error, extensions }: Challenge): PreparedChallenge {
  const required: PaymentRequired = {
    x402Version: 2,
    error,
    resource,
    accepts: offers.map(({ requirements }) => requirements),
    extensions,
  }
  const accepts = offers.flatMap((offer) => toV1(offer, resource) ?? [])
  return {
    header: base64(JSON.stringify(required)),
    body: accepts.length === 0 ? '{}' : JSON.stringify({ x402Version: 1, error, accepts }),
  }
}

/** Whether whoever asks is a browser with a person before it. */
export function isBrowser(headers: Headers): boolean {
  return (headers.get('accept') ?? '').includes('text/html') && (headers.get('user-agent') ?? '').includes('Mozilla')
}

/** Answers with a challenge. @param status - 402, or 412 where the payer has something to do first. */
export function challengeResponse({ header, body }: PreparedChallenge, status: 402 | 412 = 402): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', [headerNames.required]: header },
  })
}

/** Answers a browser: the price in words, and the challenge for a wallet that looks for it. */
export function pageResponse({ header }: PreparedChallenge, { offers, resource }: Challenge): Response {
  const prices = offers.map(
    ({ requirements: { network }, asset, amount }) =>
      `<li>${escapeHtml(priceText(amount, asset))} on ${escapeHtml(network)}</li>`,
  )
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Payment required</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}code{overflow-wrap:anywhere}</style>
<h1>Payment required</h1>
<p>${escapeHtml(resource.description ?? 'This address answers once it is paid.')}</p>
<p><code>${escapeHtml(resource.url)}</code></p>
<ul>${prices.join('')}</ul>
<p>Call it with a client that speaks <a href="https://x402.org">x402</a>.</p>
</html>`
  return new Response(page, {
    status: 402,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      [headerNames.required]: header,
    },
  })
}

function priceText(amount: bigint, asset: Offer['asset']): string {
  return `${formatAmount(amount, asset)} ${asset.symbol}`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
