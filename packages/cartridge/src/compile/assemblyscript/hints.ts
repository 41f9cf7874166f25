/** What a writer of TypeScript does about what AssemblyScript lacks. */

const missing: Readonly<Record<string, string>> = {
  JSON: 'There is no JSON object: import { Json } from "cart/json", then Json.parse(text) and json.toString().',
  RegExp: 'There are no regular expressions: use indexOf, split, startsWith and charCodeAt.',
  Promise: 'Everything is synchronous: there are no promises, async or await.',
  setTimeout: 'There are no timers: a cartridge runs only while it is called.',
  setInterval: 'There are no timers: a cartridge runs only while it is called.',
  fetch: 'There is no network here.',
  document: 'There is no document: a frontend returns its tree from render(event).',
  window: 'There is no window here.',
  require: 'There are no modules besides "cart/index", "cart/json", "cart/screen" and "cart/tree".',
  undefined: 'There is no undefined: use null with a nullable class type, or a number that stands for nothing.',
  any: 'There is no any: name the type, such as i32, f64, bool, string or a class.',
  unknown: 'There is no unknown: name the type.',
  number: 'Name the kind of number: i32 for whole ones, f64 for fractions.',
}

const byCode: Readonly<Record<number, string>> = {
  100: 'AssemblyScript lacks this. Closures: pass values as parameters, or keep them in a global. Unions other than `Class | null`: write a class.',
  1110: 'Write a plain type here. Union types and object types are missing: declare a class.',
  2322: 'Convert explicitly: `value as f64`, `i32(value)`, `value.toString()`, `i32.parse(text)`.',
  2345: 'Convert the argument explicitly: `value as f64`, `i32(value)`, `value.toString()`.',
  2531: 'Check for null first and keep the value in a local constant; properties are not narrowed.',
  2554: 'Give as many arguments as the function takes.',
  2355: 'A function with a result needs a return on every way through it.',
  7022: 'Write the type of this variable.',
}

/** A hint for a message of the compiler, or `null`. */
export function hintFor(code: number, message: string): string | null {
  const name = /Cannot find name '([^']+)'/.exec(message)?.[1]
  if (name !== undefined && Object.hasOwn(missing, name)) return missing[name] ?? null
  if (name !== undefined) return 'Declare it, import it from "cart/index", or correct its spelling.'
  return byCode[code] ?? null
}
