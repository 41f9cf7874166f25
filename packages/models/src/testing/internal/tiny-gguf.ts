/** Writes GGUF files: any tensors and metadata, and from them a language model that says what it was written to say. */

import { createRng } from '@salp/core'

/** A value of the metadata, with the type it has in the file. */
export type GgufValue =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int32s' | 'float32s'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }

/** A tensor of 32-bit floats. */
export interface GgufTensor {
  /** The fastest-changing dimension first, as the format has it. */
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What a file holds. */
export interface GgufContent {
  readonly metadata: Readonly<Record<string, GgufValue>>
  readonly tensors: Readonly<Record<string, GgufTensor>>
}

/** Bytes to which the start of every tensor is aligned, the format's default. */
export const ggufAlignment = 32

/** Types of values, as the format numbers them. */
const typeCodes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, int32s: 9, float32s: 9, strings: 9 } as const

/**
 * Encodes a file of version 3, little-endian.
 *
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function encodeGguf({ metadata, tensors }: GgufContent): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let length = 0
  const push = (bytes: Uint8Array): void => {
    parts.push(bytes)
    length += bytes.byteLength
  }
  const number = (bytes: number, write: (view: DataView) => void): void => {
    const view = new DataView(new ArrayBuffer(bytes))
    write(view)
    push(new Uint8Array(view.buffer))
  }
  const uint32 = (value: number): void => number(4, (view) => view.setUint32(0, value, true))
  const int32 = (value: number): void => number(4, (view) => view.setInt32(0, value, true))
  const float32 = (value: number): void => number(4, (view) => view.setFloat32(0, value, true))
  const uint64 = (value: number): void => number(8, (view) => view.setBigUint64(0, BigInt(value), true))
  const string = (text: string): void => {
    const bytes = new TextEncoder().encode(text)
    uint64(bytes.byteLength)
    push(bytes)
  }
  const array = <Item>(type: number, items: readonly Item[], write: (item: Item) => void): void => {
    uint32(type)
    uint64(items.length)
    for (const item of items) write(item)
  }
  const value = ({ type, value }: GgufValue): void => {
    switch (type) {
      case 'uint32':
        uint32(value)
        break
      case 'float32':
        float32(value)
        break
      case 'bool':
        push(Uint8Array.of(value ? 1 : 0))
        break
      case 'string':
        string(value)
        break
      case 'int32s':
        array(typeCodes.int32, value, int32)
        break
      case 'float32s':
        array(typeCodes.float32, value, float32)
        break
      case 'strings':
        array(typeCodes.string, value, string)
    }
  }
  const align = (): void => push(new Uint8Array((ggufAlignment - (length % ggufAlignment)) % ggufAlignment))

  push(new TextEncoder().encode('GGUF'))
  uint32(3)
  uint64(Object.keys(tensors).length)
  uint64(Object.keys(metadata).length)
  for (const [key, entry] of Object.entries(metadata)) {
    string(key)
    uint32(typeCodes[entry.type])
    value(entry)
  }
  let offset = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    string(name)
    uint32(shape.length)
    for (const size of shape) uint64(size)
    uint32(0)
    uint64(offset)
    offset += Math.ceil(data.byteLength / ggufAlignment) * ggufAlignment
  }
  align()
  for (const { data } of Object.values(tensors)) {
    push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    align()
  }

  const file = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.byteLength
  }
  return file
}

/** Kinds of tokens, as the format numbers them. */
const tokenTypes = { normal: 1, unknown: 2, control: 3, byte: 6 } as const

/**
 * Writes a Llama of one layer and about 300 tokens, 220 kB, that replies with `words`, whatever it is asked.
 *
 * Its attention and its feed-forward add nothing, so the next token follows from the last one alone: the first word follows
 * the start of a reply, each word its forerunner, the end of the reply everything else. It has learnt nothing.
 *
 * @param words - Pieces of the reply, all different, each a token of its own.
 * @param options - `contextTokens`: what it says it was trained with, default 2,048.
 */
export function tinyGguf(
  words: readonly string[],
  { contextTokens = 2_048 }: { contextTokens?: number | undefined } = {},
): Uint8Array<ArrayBuffer> {
  const width = 64
  const tokens = [
    { text: '<unk>', type: tokenTypes.unknown },
    { text: '<s>', type: tokenTypes.control },
    { text: '</s>', type: tokenTypes.control },
    ...['system', 'user', 'assistant'].map((role) => ({ text: `<|${role}|>`, type: tokenTypes.control })),
    ...Array.from({ length: 256 }, (_, byte) => ({
      text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
      type: tokenTypes.byte,
    })),
    ...words.map((word) => ({ text: word.replaceAll(' ', '\u2581'), type: tokenTypes.normal })),
  ]
  const [end, begin, firstWord] = [2, 5, tokens.length - words.length]
  const next = tokens.map((_, token) => {
    if (token === begin) return firstWord
    return token >= firstWord && token + 1 < tokens.length ? token + 1 : end
  })

  // A code of signs for each token, nearly at right angles to all others: what follows a token has its code as its row of
  // the output, and scores `width`. The first sign is the same for all, so that the end scores 40 after any.
  const rng = createRng('tiny-gguf')
  const codes = Float32Array.from({ length: tokens.length * width }, (_, index) =>
    index % width === 0 || rng() < 0.5 ? 1 : -1,
  )
  const output = new Float32Array(tokens.length * width)
  output[end * width] = 40
  for (const [token, follower] of next.entries()) {
    if (follower !== end) output.set(codes.subarray(token * width, (token + 1) * width), follower * width)
  }
  return encodeGguf({
    metadata: {
      'general.architecture': { type: 'string', value: 'llama' },
      'general.name': { type: 'string', value: 'Tiny' },
      'llama.vocab_size': { type: 'uint32', value: tokens.length },
      'llama.context_length': { type: 'uint32', value: contextTokens },
      'llama.embedding_length': { type: 'uint32', value: width },
      'llama.block_count': { type: 'uint32', value: 1 },
      'llama.feed_forward_length': { type: 'uint32', value: 32 },
      'llama.attention.head_count': { type: 'uint32', value: 1 },
      'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
      'llama.rope.dimension_count': { type: 'uint32', value: width },
      'tokenizer.ggml.model': { type: 'string', value: 'llama' },
      'tokenizer.ggml.tokens': { type: 'strings', value: tokens.map(({ text }) => text) },
      'tokenizer.ggml.scores': { type: 'float32s', value: tokens.map(() => 0) },
      'tokenizer.ggml.token_type': { type: 'int32s', value: tokens.map(({ type }) => type) },
      'tokenizer.ggml.unknown_token_id': { type: 'uint32', value: 0 },
      'tokenizer.ggml.bos_token_id': { type: 'uint32', value: 1 },
      'tokenizer.ggml.eos_token_id': { type: 'uint32', value: end },
      'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
      'tokenizer.ggml.add_space_prefix': { type: 'bool', value: false },
      'tokenizer.chat_template': { type: 'string', value: chatTemplate },
    },
    tensors: {
      'token_embd.weight': { shape: [width, tokens.length], data: codes },
      'output_norm.weight': { shape: [width], data: new Float32Array(width).fill(1) },
      'output.weight': { shape: [width, tokens.length], data: output },
      'blk.0.attn_norm.weight': { shape: [width], data: new Float32Array(width).fill(1) },
      'blk.0.attn_q.weight': zeros(width, width),
      'blk.0.attn_k.weight': zeros(width, width),
      'blk.0.attn_v.weight': zeros(width, width),
      'blk.0.attn_output.weight': zeros(width, width),
      'blk.0.ffn_norm.weight': { shape: [width], data: new Float32Array(width).fill(1) },
      'blk.0.ffn_gate.weight': zeros(width, 32),
      'blk.0.ffn_up.weight': zeros(width, 32),
      'blk.0.ffn_down.weight': zeros(32, width),
    },
  })
}

const chatTemplate =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] }}{% if message['role'] == 'assistant' %}</s>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"

function zeros(...shape: number[]): GgufTensor {
  return { shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)) }
}
