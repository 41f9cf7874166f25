/** Binary interface 1.0: what a cartridge exports and may import. */

import type { FunctionType, ValueType } from './types.js'

/** What a cartridge is for. */
export type Kind = 'backend' | 'interactive' | 'frontend' | 'cognitive'

/** What a cartridge may be allowed beyond computing. */
export type Capability = 'log' | 'kv' | 'clock' | 'entropy' | 'payment' | 'call' | 'http' | 'simd'

/** All kinds. */
export const kinds = ['backend', 'interactive', 'frontend', 'cognitive'] as const satisfies readonly Kind[]

/** All capabilities. */
export const capabilities = [
  'log',
  'kv',
  'clock',
  'entropy',
  'payment',
  'call',
  'http',
  'simd',
] as const satisfies readonly Capability[]

/** What `cart_abi` gives: major × 65536 + minor. */
export const abiVersion = 0x10000

/** An import that the host offers. */
export interface OfferedImport {
  readonly type: FunctionType
  /** Any one of them has to be granted; nothing need be if there are none. */
  readonly capabilities: readonly Capability[]
}

/** An export that a kind of cartridge has. */
export interface WantedExport {
  readonly type: FunctionType
  readonly required: boolean
}

const letters: Readonly<Record<string, ValueType>> = { i: 'i32', I: 'i64', d: 'f64' }

/** A type from a letter a value: `ii:I` takes two i32 and gives an i64. */
function signature(text: string): FunctionType {
  const [parameters = '', results = ''] = text.split(':')
  const types = (part: string): ValueType[] => [...part].flatMap((letter) => letters[letter] ?? [])
  return { parameters: types(parameters), results: types(results) }
}

function offered(text: string, ...capabilities: readonly Capability[]): OfferedImport {
  return { type: signature(text), capabilities }
}

/** Functions the host offers, by `module.name`. */
export const offeredImports: ReadonlyMap<string, OfferedImport> = new Map([
  ['cart.log', offered('iii:', 'log')],
  ['cart.now', offered(':d', 'clock')],
  ['cart.random', offered('ii:', 'entropy')],
  ['cart.kv_get', offered('iiii:i', 'kv')],
  ['cart.kv_set', offered('iiii:i', 'kv')],
  ['cart.kv_delete', offered('ii:i', 'kv')],
  ['cart.kv_list', offered('iiii:i', 'kv')],
  ['cart.payment', offered('ii:i', 'payment')],
  ['cart.call', offered('iiii:i', 'call')],
  ['cart.http', offered('ii:i', 'http')],
  ['cart.take', offered('ii:i', 'call', 'http')],
  ['env.abort', offered('iiii:')],
])

function wanted(text: string, required = true): WantedExport {
  return { type: signature(text), required }
}

const shared = { cart_abi: wanted(':i'), cart_init: wanted(':', false), cart_reset: wanted(':', false) }
const input = { cart_alloc: wanted('i:i') }

/** Functions a cartridge exports, by kind and name. */
export const wantedExports: Readonly<Record<Kind, Readonly<Record<string, WantedExport>>>> = {
  backend: { ...shared, ...input, handle: wanted('ii:I') },
  cognitive: { ...shared, ...input, invoke: wanted('ii:I') },
  frontend: { ...shared, ...input, render: wanted('ii:I') },
  interactive: {
    ...shared,
    frame: wanted('dd:i'),
    key: wanted('ii:'),
    pointer: wanted('iii:', false),
    fb_size: wanted(':i'),
    fb_ptr: wanted(':i'),
  },
}
