/** Just enough of the protobuf wire format to write ONNX: varints, length-delimited fields and floats. */

/** A message under construction: chunks that are joined once. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = []

  /** Writes an integer field; negative ones take ten bytes. */
  integer(field: number, value: number): void {
    this.#chunks.push(varint(field << 3), varint(value))
  }

  /** Writes bytes. */
  bytes(field: number, value: Uint8Array): void {
    this.#chunks.push(varint((field << 3) | 2), varint(value.length), value)
  }

  /** Writes text. */
  text(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value))
  }

  /** Writes a message within. */
  message(field: number, write: (writer: MessageWriter) => void): void {
    const inner = new MessageWriter()
    write(inner)
    this.bytes(field, inner.finish())
  }

  /** Writes a 32-bit float. */
  float(field: number, value: number): void {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.#chunks.push(varint((field << 3) | 5), bytes)
  }

  /** Gives what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#chunks.reduce((total, { length }) => total + length, 0))
    let at = 0
    for (const chunk of this.#chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }
}

/** Seven bits a byte, least first; safe integers of either sign. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Uint8Array.from([...bytes, Number(rest)])
}
