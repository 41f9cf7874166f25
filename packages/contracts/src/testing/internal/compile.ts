/** Turns the Solidity sources into the files of `src/generated`: the same bytes wherever it runs. */

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import solc from 'solc'

const require = createRequire(import.meta.url)
/** Where an import of `@openzeppelin/contracts/…` is found. */
const modules = join(dirname(require.resolve('@openzeppelin/contracts/package.json')), '..', '..')
const sources = new URL('../../../solidity/', import.meta.url)

/** What is read of the compiler's standard JSON output. */
interface Output {
  readonly errors?: readonly { readonly formattedMessage: string }[]
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Contract>>>>
}

interface Contract {
  readonly abi: readonly unknown[]
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly deployedBytecode: { readonly object: string; readonly immutableReferences: object }
  }
}

/**
 * Compiles every contract in `solidity/`; its folders hold what they share.
 *
 * No metadata is appended, so that the bytecode depends on the compiler, its settings and the code alone.
 *
 * @returns The text of each file of `src/generated`, by name.
 * @throws Error with the compiler's words, for a warning too.
 */
export function generate(): Map<string, string> {
  const paths = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sol'))
    .sort()
  const files = paths.filter((path) => !path.includes('/'))
  const output = {
    ...compile(
      paths,
      files.filter((file) => !deep.has(file)),
      false,
    ),
    ...compile(paths, [...deep], true),
  }
  return new Map(
    files.map((file) => {
      const name = file.replace('.sol', '')
      const contract = output[file]?.[name]
      if (contract === undefined) throw new Error(`Cannot compile ${file}: it holds no contract ${name}`)
      return [`${fileName(name)}.ts`, moduleText(name, contract)]
    }),
  )
}

/** Sources with more variables than the stack reaches: they go by way of the intermediate language, which takes longer. */
const deep: ReadonlySet<string> = new Set(['ReputationRegistry.sol'])

function compile(paths: readonly string[], selected: readonly string[], viaIR: boolean): Output['contracts'] {
  const wanted = { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode'] }
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(paths.map((path) => [path, { content: readFileSync(new URL(path, sources), 'utf8') }])),
    settings: {
      evmVersion: 'cancun',
      viaIR,
      optimizer: { enabled: true, runs: 200 },
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: Object.fromEntries(selected.map((path) => [path, wanted])),
    },
  }
  const read = (path: string): { contents: string } => ({ contents: readFileSync(join(modules, path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as Output
  if (output.errors !== undefined) throw new Error(output.errors.map((error) => error.formattedMessage).join('\n'))
  return output.contracts
}

/** A module that exports the ABI as literal types, and the bytecode; the code at rest too, where no constructor fills it in. */
function moduleText(name: string, { abi, evm }: Contract): string {
  const constant = name[0]?.toLowerCase() + name.slice(1)
  const entries = abi.map((entry) => `  ${JSON.stringify(withoutInternalTypes(entry))},\n`).join('')
  const isFixed = Object.keys(evm.deployedBytecode.immutableReferences).length === 0
  return [
    `// biome-ignore-all format: written by the compile script from solidity/${name}.sol; do not edit.\n`,
    `/** Interface of \`${name}\`. */\nexport const ${constant}Abi = [\n${entries}] as const\n`,
    `/** Creation code of \`${name}\`. */\nexport const ${constant}Bytecode = '0x${evm.bytecode.object}'\n`,
    ...(isFixed
      ? [`/** Code of \`${name}\` at rest. */\nexport const ${constant}Code = '0x${evm.deployedBytecode.object}'\n`]
      : []),
  ].join('\n')
}

/** Solidity's own names of types say nothing to a caller, and change with the sources. */
function withoutInternalTypes(entry: unknown): unknown {
  return JSON.parse(JSON.stringify(entry, (key, value: unknown) => (key === 'internalType' ? undefined : value)))
}

function fileName(contract: string): string {
  return contract.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}
