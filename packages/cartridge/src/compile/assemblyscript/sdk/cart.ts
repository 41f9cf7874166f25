/** `cart/index`: requests, responses, and what the host offers. */

/** In AssemblyScript. */
export const cart = String.raw`
export class Header {
  constructor(public name: string, public value: string) {}
}

/** Reads the frames of the host. */
class Reader {
  constructor(private at: usize) {}
  u32(): u32 {
    const value = load<u32>(this.at)
    this.at += 4
    return value
  }
  text(): string {
    const length = this.u32()
    const text = String.UTF8.decodeUnsafe(this.at, length)
    this.at += length
    return text
  }
  bytes(): ArrayBuffer {
    const length = this.u32()
    const bytes = new ArrayBuffer(length)
    memory.copy(changetype<usize>(bytes), this.at, length)
    this.at += length
    return bytes
  }
}

/** An HTTP request. */
export class Request {
  method: string
  /** Without what follows the question mark. */
  path: string
  query: string
  headers: Header[] = []
  body: ArrayBuffer = new ArrayBuffer(0)
  constructor(pointer: usize) {
    const reader = new Reader(pointer)
    this.method = reader.text()
    this.path = reader.text()
    this.query = reader.text()
    const count = reader.u32()
    for (let index: u32 = 0; index < count; index++) {
      const name = reader.text()
      this.headers.push(new Header(name, reader.text()))
    }
    this.body = reader.bytes()
  }
  /** The body as text. */
  text(): string {
    return String.UTF8.decode(this.body)
  }
  /** A header by its name in any case, or "". */
  header(name: string): string {
    const wanted = name.toLowerCase()
    for (let index = 0; index < this.headers.length; index++) {
      if (this.headers[index].name.toLowerCase() == wanted) return this.headers[index].value
    }
    return ""
  }
  /** A parameter of the query by its name, decoded, or "". */
  parameter(name: string): string {
    return fieldOf(this.query, name)
  }
  /** A field of a form that was sent as the body, by its name, decoded, or "". */
  field(name: string): string {
    return fieldOf(this.text(), name)
  }
}

function fieldOf(pairs: string, name: string): string {
  const parts = pairs.split("&")
  for (let index = 0; index < parts.length; index++) {
    const at = parts[index].indexOf("=")
    if (at >= 0 && decode(parts[index].substring(0, at)) == name) return decode(parts[index].substring(at + 1))
  }
  return ""
}

/** Text as it was before it went into a query or a path; what is no encoding stays as it is. */
export function decode(text: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text))
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    let byte: i32 = bytes[index]
    if (byte == 0x2b) byte = 0x20
    else if (byte == 0x25 && index + 2 < bytes.length) {
      const high = digit(bytes[index + 1])
      const low = digit(bytes[index + 2])
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low
        index += 2
      }
    }
    bytes[length++] = <u8>byte
  }
  return String.UTF8.decode(bytes.buffer.slice(0, length))
}

/** Value of a hexadecimal digit, or -1. */
function digit(code: i32): i32 {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Text as it may stand in HTML, between tags and in attributes with quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
}

/** An HTTP response. */
export class Response {
  headers: Header[] = []
  constructor(public body: ArrayBuffer, public status: i32 = 200) {}
  static text(body: string, status: i32 = 200): Response {
    return new Response(String.UTF8.encode(body), status).header("content-type", "text/plain; charset=utf-8")
  }
  static json(body: string, status: i32 = 200): Response {
    return new Response(String.UTF8.encode(body), status).header("content-type", "application/json")
  }
  static html(body: string, status: i32 = 200): Response {
    return new Response(String.UTF8.encode(body), status).header("content-type", "text/html; charset=utf-8")
  }
  /** The body as text, of an answer that another cartridge gave. */
  read(): string {
    return String.UTF8.decode(this.body)
  }
  header(name: string, value: string): Response {
    this.headers.push(new Header(name, value))
    return this
  }
  /** The frame that the host reads. */
  encode(): ArrayBuffer {
    let size = 12 + this.body.byteLength
    for (let index = 0; index < this.headers.length; index++) {
      const header = this.headers[index]
      size += 8 + String.UTF8.byteLength(header.name) + String.UTF8.byteLength(header.value)
    }
    const frame = new ArrayBuffer(size)
    let at = changetype<usize>(frame)
    store<u32>(at, this.status)
    store<u32>(at, this.headers.length, 4)
    at += 8
    for (let index = 0; index < this.headers.length; index++) {
      at = writeText(at, this.headers[index].name)
      at = writeText(at, this.headers[index].value)
    }
    store<u32>(at, this.body.byteLength)
    memory.copy(at + 4, changetype<usize>(this.body), this.body.byteLength)
    return frame
  }
}

function writeText(at: usize, text: string): usize {
  const length = String.UTF8.byteLength(text)
  store<u32>(at, length)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at + 4)
  return at + 4 + length
}

/** A JSON string with its quotes. */
export function quote(text: string): string {
  const parts: string[] = ['"']
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 0x20 && code != 0x22 && code != 0x5c) continue
    parts.push(text.substring(from, index))
    if (code == 0x0a) parts.push("\\n")
    else if (code < 0x20) parts.push("\\u" + code.toString(16).padStart(4, "0"))
    else parts.push("\\" + String.fromCharCode(code))
    from = index + 1
  }
  parts.push(text.substring(from))
  parts.push('"')
  return parts.join("")
}

/** A number for readers: rounded to so many places, without zeros at the end. */
export function decimal(value: f64, places: i32 = 6): string {
  const scale = Math.pow(10, places)
  const scaled = Math.round(Math.abs(value) * scale)
  // Beyond this there is nothing behind the point that could be rounded.
  if (!(scaled < 9e15)) return value.toString().replace(".0", "")
  const whole = <i64>(scaled / scale)
  const rest = <i64>scaled - whole * <i64>scale
  let text = (value < 0 && scaled > 0 ? "-" : "") + whole.toString()
  if (rest == 0) return text
  text += "." + rest.toString().padStart(places, "0")
  let end = text.length
  while (text.charCodeAt(end - 1) == 0x30) end--
  return text.substring(0, end)
}

@external("cart", "log") declare function cartLog(level: i32, pointer: usize, length: i32): void
@external("cart", "now") declare function cartNow(): f64
@external("cart", "random") declare function cartRandom(pointer: usize, length: i32): void
@external("cart", "kv_get") declare function cartGet(key: usize, length: i32, out: usize, capacity: i32): i32
@external("cart", "kv_set") declare function cartSet(key: usize, length: i32, value: usize, size: i32): i32
@external("cart", "kv_delete") declare function cartDelete(key: usize, length: i32): i32
@external("cart", "kv_list") declare function cartList(prefix: usize, length: i32, out: usize, capacity: i32): i32
@external("cart", "payment") declare function cartPayment(out: usize, capacity: i32): i32
@external("cart", "call") declare function cartCall(target: usize, length: i32, request: usize, size: i32): i32
@external("cart", "http") declare function cartHttp(request: usize, size: i32): i32
@external("cart", "take") declare function cartTake(out: usize, capacity: i32): i32

/** Writes a line of log. Needs the capability "log". */
export function log(text: string, level: i32 = 1): void {
  const bytes = String.UTF8.encode(text)
  cartLog(level, changetype<usize>(bytes), bytes.byteLength)
}

/** Milliseconds since 1970. Needs the capability "clock". */
export function now(): f64 {
  return cartNow()
}

/** A number in [0, 1). Needs the capability "entropy". */
export function random(): f64 {
  cartRandom(chance, 4)
  return <f64>load<u32>(chance) / 4294967296.0
}
/** Where the host puts chance: once, since games ask for it often. */
const chance = memory.data(4)

/** Keys and values of this cartridge. Needs the capability "kv". What a call wrote is kept if the call succeeds. */
export namespace kv {
  /** The text under a key, or null. */
  export function get(key: string): string | null {
    const name = String.UTF8.encode(key)
    const size = cartGet(changetype<usize>(name), name.byteLength, 0, 0)
    if (size < 0) return null
    const value = new ArrayBuffer(size)
    cartGet(changetype<usize>(name), name.byteLength, changetype<usize>(value), size)
    return String.UTF8.decode(value)
  }
  /** The whole number under a key, or 0. */
  export function integer(key: string): i32 {
    const kept = get(key)
    return kept == null ? 0 : i32.parse(kept)
  }
  /** Keeps a text under a key. False if a limit is reached. */
  export function set(key: string, value: string): bool {
    const name = String.UTF8.encode(key)
    const bytes = String.UTF8.encode(value)
    return cartSet(changetype<usize>(name), name.byteLength, changetype<usize>(bytes), bytes.byteLength) == 0
  }
  /** Forgets a key. False if there is none. */
  export function remove(key: string): bool {
    const name = String.UTF8.encode(key)
    return cartDelete(changetype<usize>(name), name.byteLength) == 0
  }
  /** Keys that begin so, in the order of their bytes. */
  export function list(prefix: string = ""): string[] {
    const name = String.UTF8.encode(prefix)
    const size = cartList(changetype<usize>(name), name.byteLength, 0, 0)
    const keys: string[] = []
    if (size <= 0) return keys
    const bytes = new ArrayBuffer(size)
    cartList(changetype<usize>(name), name.byteLength, changetype<usize>(bytes), size)
    let at = changetype<usize>(bytes)
    const end = at + size
    while (at < end) {
      const length = load<u32>(at)
      keys.push(String.UTF8.decodeUnsafe(at + 4, length))
      at += 4 + length
    }
    return keys
  }
}

/** The verified payment of this request as JSON, or "null". Needs the capability "payment". */
export function payment(): string {
  const size = cartPayment(0, 0)
  const bytes = new ArrayBuffer(size)
  cartPayment(changetype<usize>(bytes), size)
  return String.UTF8.decode(bytes)
}

/**
 * Asks another cartridge, or null if it cannot be asked or fails. Needs the capability "call", and the other among the
 * targets. What it uses is taken from this call.
 */
export function call(target: string, path: string, body: string = "", method: string = "GET"): Response | null {
  const name = String.UTF8.encode(target)
  const mark = path.indexOf("?")
  const query = mark < 0 ? "" : path.substring(mark + 1)
  const frame = requestFrame(method, mark < 0 ? path : path.substring(0, mark), query, [], body)
  return taken(cartCall(changetype<usize>(name), name.byteLength, changetype<usize>(frame), frame.byteLength))
}

/**
 * Asks another machine and waits for its answer, or null if it may not be asked or does not answer: always so in a trial and
 * in tests. Needs the capability "http", and its host among the hosts that the cartridge names and the operator grants.
 */
export function http(url: string, method: string = "GET", body: string = "", headers: Header[] = []): Response | null {
  const frame = requestFrame(method, url, "", headers, body)
  return taken(cartHttp(changetype<usize>(frame), frame.byteLength))
}

function requestFrame(method: string, path: string, query: string, headers: Header[], body: string): ArrayBuffer {
  const parts = [method, path, query]
  let size = 8 + String.UTF8.byteLength(body)
  for (let index = 0; index < parts.length; index++) size += 4 + String.UTF8.byteLength(parts[index])
  for (let index = 0; index < headers.length; index++)
    size += 8 + String.UTF8.byteLength(headers[index].name) + String.UTF8.byteLength(headers[index].value)
  const frame = new ArrayBuffer(size)
  let at = changetype<usize>(frame)
  for (let index = 0; index < parts.length; index++) at = writeText(at, parts[index])
  store<u32>(at, headers.length)
  at += 4
  for (let index = 0; index < headers.length; index++) {
    at = writeText(at, headers[index].name)
    at = writeText(at, headers[index].value)
  }
  writeText(at, body)
  return frame
}

/** The answer that the host keeps, of so many bytes; null for an error. */
function taken(length: i32): Response | null {
  if (length < 0) return null
  const answer = new ArrayBuffer(length)
  cartTake(changetype<usize>(answer), length)
  const reader = new Reader(changetype<usize>(answer))
  const response = new Response(new ArrayBuffer(0), reader.u32())
  const count = reader.u32()
  for (let index: u32 = 0; index < count; index++) {
    const header = reader.text()
    response.header(header, reader.text())
  }
  response.body = reader.bytes()
  return response
}
`
