/** Modules from their text form. */

import createWabt from 'wabt'

const wabt = await createWabt()

const features = {
  sign_extension: true,
  sat_float_to_int: true,
  bulk_memory: true,
  multi_value: true,
  simd: true,
} as const

/** Assembles a module. Nothing but the syntax is checked unless `check`. */
export function wat(
  text: string,
  { check = false, ...more }: { check?: boolean } & Record<string, boolean> = {},
): Uint8Array<ArrayBuffer> {
  const parsed = wabt.parseWat('test.wat', text, { ...features, mutable_globals: true, reference_types: true, ...more })
  try {
    if (check) parsed.validate()
    return new Uint8Array(parsed.toBinary({}).buffer)
  } finally {
    parsed.destroy()
  }
}

/** The text of a module, one instruction a line and without comments. */
export function watOf(bytes: Uint8Array): string {
  const read = wabt.readWasm(bytes, features)
  try {
    return read.toText({ foldExprs: false }).replace(/\(;.*?;\)|;;.*$/gm, '')
  } finally {
    read.destroy()
  }
}

/**
 * A backend cartridge: what binary interface 1.0 asks for, with `body` as `handle` and `more` beside it.
 *
 * `cart_alloc` always gives byte 1024. `handle` has the parameters `$ptr` and `$len`, and one result.
 */
export function backend(body: string, more = ''): string {
  return `(module ${more}
    (memory (export "memory") 1)
    (func (export "cart_abi") (result i32) i32.const 0x10000)
    (func (export "cart_alloc") (param i32) (result i32) i32.const 1024)
    (func $handle (export "handle") (param $ptr i32) (param $len i32) (result i64) ${body}))`
}
