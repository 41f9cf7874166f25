/** `cart/json`: reads and writes JSON, which the language has no object for. */

/** In AssemblyScript. */
export const json = `
import { quote } from 'cart/index'

const enum Kind { Nothing, Null, Flag, Number, Text, List, Object }

const none: Json[] = []
const nameless: string[] = []

/**
 * A JSON value. Asked for what it is not, it answers with what is empty: "", 0, false, nothing; so that reading
 * body.get("items").at(0).get("name").text needs no checks in between. The last digit of a number may differ if it has more
 * than 15 of them.
 */
export class Json {
  text: string = ""
  number: f64 = 0
  flag: bool = false
  /** Values of a list or an object; add() and set() change them. */
  items: Json[] = none
  /** Names of an object, in the order of its items. */
  names: string[] = nameless
  constructor(private kind: Kind) {}

  /** Reads a text. What is not JSON gives nothing, which does not exist. */
  static parse(text: string): Json {
    const parser = new Parser(text)
    const value = parser.value(0)
    parser.space()
    return parser.failed || parser.at < text.length ? nothing : value
  }
  /** A text, a number, true or false. */
  static of<T>(value: T): Json {
    if (isString<T>()) {
      const json = new Json(Kind.Text)
      json.text = value as string
      return json
    } else if (isBoolean<T>()) {
      const json = new Json(Kind.Flag)
      json.flag = value as bool
      return json
    } else if (isReference<T>()) {
      return value as Json
    } else {
      const json = new Json(Kind.Number)
      json.number = <f64>value
      return json
    }
  }
  static null(): Json {
    return new Json(Kind.Null)
  }
  /** An empty list. */
  static list(): Json {
    const json = new Json(Kind.List)
    json.items = []
    return json
  }
  /** An empty object. */
  static object(): Json {
    const json = new Json(Kind.Object)
    json.items = []
    json.names = []
    return json
  }

  /** Whether it is there at all; null is. */
  get exists(): bool { return this.kind != Kind.Nothing }
  get isNull(): bool { return this.kind == Kind.Null }
  get isFlag(): bool { return this.kind == Kind.Flag }
  get isNumber(): bool { return this.kind == Kind.Number }
  get isText(): bool { return this.kind == Kind.Text }
  get isList(): bool { return this.kind == Kind.List }
  get isObject(): bool { return this.kind == Kind.Object }
  /** How many items it has. */
  get length(): i32 { return this.items.length }

  /** An item of a list, or of an object in its order. */
  at(index: i32): Json {
    return index >= 0 && index < this.items.length ? this.items[index] : nothing
  }
  /** An item of an object. */
  get(name: string): Json {
    return this.at(this.names.indexOf(name))
  }
  /** Appends to a list. Gives the list. */
  add<T>(value: T): Json {
    assert(this.isList, "add() is for lists")
    this.items.push(Json.of(value))
    return this
  }
  /** Sets an item of an object. Gives the object. */
  set<T>(name: string, value: T): Json {
    assert(this.isObject, "set() is for objects")
    const index = this.names.indexOf(name)
    if (index >= 0) this.items[index] = Json.of(value)
    else {
      this.names.push(name)
      this.items.push(Json.of(value))
    }
    return this
  }
  toString(): string {
    const parts: string[] = []
    this.write(parts)
    return parts.join("")
  }
  private write(parts: string[]): void {
    if (this.kind == Kind.Flag) parts.push(this.flag ? "true" : "false")
    else if (this.kind == Kind.Number) parts.push(numberText(this.number))
    else if (this.kind == Kind.Text) parts.push(quote(this.text))
    else if (this.kind == Kind.List || this.kind == Kind.Object) {
      parts.push(this.isList ? "[" : "{")
      for (let index = 0; index < this.items.length; index++) {
        if (index > 0) parts.push(",")
        if (this.isObject) {
          parts.push(quote(this.names[index]))
          parts.push(":")
        }
        this.items[index].write(parts)
      }
      parts.push(this.isList ? "]" : "}")
    } else parts.push("null")
  }
}

const nothing = new Json(Kind.Nothing)

/** A number as JSON writes it: whole ones without a point, and null for those that JSON lacks. */
function numberText(value: f64): string {
  if (!isFinite(value)) return "null"
  return value == Math.trunc(value) && Math.abs(value) < 1e15 ? (<i64>value).toString() : value.toString()
}

/** Deepest nesting that is read. */
const maxDepth = 64

class Parser {
  at: i32 = 0
  failed: bool = false
  constructor(private text: string) {}

  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1
  }
  private fail(): Json {
    this.failed = true
    return nothing
  }
  space(): void {
    while (true) {
      const code = this.peek()
      if (code != 0x20 && code != 0x0a && code != 0x0d && code != 0x09) return
      this.at++
    }
  }
  /** Goes past a character after any space, if it comes next. */
  private skip(code: i32): bool {
    this.space()
    if (this.peek() != code) return false
    this.at++
    return true
  }
  private word(text: string): bool {
    if (!this.text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }
  value(depth: i32): Json {
    if (depth > maxDepth) return this.fail()
    this.space()
    const code = this.peek()
    if (code == 0x22) return Json.of(this.string())
    if (code == 0x7b) return this.object(depth)
    if (code == 0x5b) return this.list(depth)
    if (code == 0x2d || isDigit(code)) return this.number()
    if (this.word("true")) return Json.of(true)
    if (this.word("false")) return Json.of(false)
    return this.word("null") ? Json.null() : this.fail()
  }
  private object(depth: i32): Json {
    const object = Json.object()
    this.at++
    if (this.skip(0x7d)) return object
    do {
      this.space()
      if (this.peek() != 0x22) return this.fail()
      const name = this.string()
      if (!this.skip(0x3a)) return this.fail()
      object.set(name, this.value(depth + 1))
      if (this.failed) return object
    } while (this.skip(0x2c))
    return this.skip(0x7d) ? object : this.fail()
  }
  private list(depth: i32): Json {
    const list = Json.list()
    this.at++
    if (this.skip(0x5d)) return list
    do {
      list.add(this.value(depth + 1))
      if (this.failed) return list
    } while (this.skip(0x2c))
    return this.skip(0x5d) ? list : this.fail()
  }
  private number(): Json {
    const negative = this.peek() == 0x2d
    if (negative) this.at++
    const whole = this.at
    let exponent = this.digits()
    if (this.at == whole || (this.text.charCodeAt(whole) == 0x30 && this.at > whole + 1)) return this.fail()
    if (this.peek() == 0x2e) {
      const from = ++this.at
      exponent += this.digits(true) - (this.at - from)
      if (this.at == from) return this.fail()
    }
    if ((this.peek() | 0x20) == 0x65) {
      this.at++
      const below = this.peek() == 0x2d
      if (below || this.peek() == 0x2b) this.at++
      const from = this.at
      let power = 0
      for (; isDigit(this.peek()); this.at++) power = min(power * 10 + this.peek() - 0x30, 9999)
      if (this.at == from) return this.fail()
      exponent += below ? -power : power
    }
    const value = scaled(this.mantissa, exponent)
    return Json.of(negative ? -value : value)
  }
  private mantissa: u64 = 0
  /** Reads digits into the mantissa. Gives how many did not fit there. */
  private digits(goOn: bool = false): i32 {
    if (!goOn) this.mantissa = 0
    let left = 0
    for (; isDigit(this.peek()); this.at++) {
      if (this.mantissa < 100000000000000000) this.mantissa = this.mantissa * 10 + (this.peek() - 0x30)
      else left++
    }
    return left
  }
  private string(): string {
    const parts: string[] = []
    let from = ++this.at
    while (true) {
      const code = this.peek()
      if (code < 0x20) {
        this.fail()
        return ""
      }
      if (code == 0x22 || code == 0x5c) parts.push(this.text.substring(from, this.at))
      this.at++
      if (code == 0x22) return parts.length == 1 ? parts[0] : parts.join("")
      if (code == 0x5c) {
        parts.push(this.escaped())
        from = this.at
      }
    }
  }
  /** The character behind a backslash. */
  private escaped(): string {
    const code = this.peek()
    this.at++
    switch (code) {
      case 0x22: case 0x5c: case 0x2f: return String.fromCharCode(code)
      case 0x62: return String.fromCharCode(8)
      case 0x66: return String.fromCharCode(12)
      case 0x6e: return String.fromCharCode(10)
      case 0x72: return String.fromCharCode(13)
      case 0x74: return String.fromCharCode(9)
    }
    const digits = this.text.substring(this.at, this.at + 4)
    if (code != 0x75 || digits.length < 4 || !isHexadecimal(digits)) {
      this.fail()
      return ""
    }
    this.at += 4
    return String.fromCharCode(i32.parse(digits, 16))
  }
}

/** The mantissa times ten to the exponent; f64.parse() is off by powers of ten for some of them. */
function scaled(mantissa: u64, exponent: i32): f64 {
  const value = <f64>mantissa
  if (value == 0) return 0
  if (exponent >= 0) return value * Math.pow(10, exponent)
  const far = min(-exponent, 300)
  return value / Math.pow(10, far) / Math.pow(10, -exponent - far)
}

function isDigit(code: i32): bool {
  return code >= 0x30 && code <= 0x39
}

function isHexadecimal(text: string): bool {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const lower = code | 0x20
    if (!isDigit(code) && (lower < 0x61 || lower > 0x66)) return false
  }
  return true
}
`
