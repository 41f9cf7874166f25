/** Turns the Solidity sources into the files of `src/generated`: the same bytes wherever it runs. */

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { getCreate2Address, keccak256, ZeroHash } from 'ethers'
import solc from 'solc'

const require = createRequire(import.meta.url)
/** Where an import of `@openzeppelin/contracts/…` is found. */
const modules = join(dirname(require.resolve('@openzeppelin/contracts/package.json')), '..', '..')
const sources = new URL('../../../solidity/', import.meta.url)

/** What is read of the compiler's standard JSON output. */
interface Output {
  readonly errors?: readonly { readonly errorCode: string; readonly formattedMessage: string }[]
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
 * Compiles every contract in `solidity/` and in `solidity/testing/`; the other folders hold what they share.
 *
 * No metadata is appended, so that the bytecode depends on the compiler, its settings and the code alone.
 *
 * @returns The text of each file of {@link generatedFolders}, by its path in `src`.
 * @throws Error with the compiler's words, for a warning too.
 */
export function generate(): Map<string, string> {
  const paths = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sol'))
    .sort()
  const files = paths.filter((path) => /^(?:testing\/)?[^/]+$/.test(path))
  const output = {
    ...compile(
      paths,
      files.filter((file) => !deep.has(file)),
      false,
    ),
    ...compile(paths, [...deep], true),
  }
  const contracts = new Map(
    files.map((file) => {
      const name = basename(file, '.sol')
      const contract = output[file]?.[name]
      if (contract === undefined) throw new Error(`Cannot compile ${file}: it holds no contract ${name}`)
      return [file, contract]
    }),
  )
  return new Map([
    ...[...contracts].map(([file, contract]) => [generatedPath(file), moduleText(file, contract)] as const),
    ['generated/development-addresses.ts', addressesText(contracts)],
  ])
}

/** Folders of `src` that hold nothing but what {@link generate} writes. */
export const generatedFolders = ['generated/', 'testing/generated/'] as const

/** Sources with more variables than the stack reaches: they go by way of the intermediate language, which takes longer. */
const deep: ReadonlySet<string> = new Set(['ReputationRegistry.sol'])

/** A warning to whoever writes transient storage; here it is the guard of OpenZeppelin's, which clears what it wrote. */
const transientStorage = '2394'

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
  const errors = output.errors?.filter(({ errorCode }) => errorCode !== transientStorage) ?? []
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'))
  return output.contracts
}

/** Contracts that a chain is given at rest: no constructor fills in their code. */
const placed: ReadonlySet<string> = new Set(['ExactPermit2Proxy.sol', 'PathUsd.sol'])

/** A module that exports the ABI as literal types, and the bytecode; of those {@link placed} the code at rest. */
function moduleText(file: string, { abi, evm }: Contract): string {
  const name = basename(file, '.sol')
  const constant = constantName(name)
  const entries = abi.map((entry) => `  ${JSON.stringify(withoutInternalTypes(entry))},\n`).join('')
  const isPlaced = placed.has(file)
  if (isPlaced && Object.keys(evm.deployedBytecode.immutableReferences).length > 0) {
    throw new Error(`Cannot place ${name}: a constructor fills in its code`)
  }
  return [
    `// biome-ignore-all format: written by the compile script from solidity/${file}; do not edit.\n`,
    `/** Interface of \`${name}\`. */\nexport const ${constant}Abi = [\n${entries}] as const\n`,
    `/** Creation code of \`${name}\`. */\nexport const ${constant}Bytecode = '0x${evm.bytecode.object}'\n`,
    ...(isPlaced
      ? [`/** Code of \`${name}\` at rest. */\nexport const ${constant}Code = '0x${evm.deployedBytecode.object}'\n`]
      : []),
  ].join('\n')
}

/** Solidity's own names of types say nothing to a caller, and change with the sources. */
function withoutInternalTypes(entry: unknown): unknown {
  return JSON.parse(JSON.stringify(entry, (key, value: unknown) => (key === 'internalType' ? undefined : value)))
}

/** What stands at fixed addresses of a development chain, each after what its constructor is told the address of. */
const fixed = [
  ['DevelopmentDollar'],
  ['IdentityRegistry'],
  ['ReputationRegistry', 'IdentityRegistry'],
  ['ValidationRegistry', 'IdentityRegistry'],
  ['TipSettlement'],
  ['TransferBatch'],
] as const

/** A module with the addresses at which the deployer of CREATE2 puts the contracts of {@link fixed}, salt 0. */
function addressesText(contracts: ReadonlyMap<string, Contract>): string {
  const addresses = new Map<string, string>()
  for (const [name, ...told] of fixed) {
    const words = told.map((other) => addresses.get(other)?.slice(2).toLowerCase().padStart(64, '0'))
    const creation = `0x${contracts.get(`${name}.sol`)?.evm.bytecode.object}${words.join('')}`
    addresses.set(name, getCreate2Address('0x4e59b44847b379578588920cA78FbF26c0B4956C', ZeroHash, keccak256(creation)))
  }
  const entries = [...addresses].map(([name, address]) => `  ${constantName(name)}: '${address}',\n`).join('')
  return [
    '// biome-ignore-all format: written by the compile script; do not edit.\n',
    '/** Where each contract is on every development chain, for this version of the contracts. */',
    `export const developmentAddresses = {\n${entries}} as const\n`,
  ].join('\n')
}

function constantName(contract: string): string {
  return contract[0]?.toLowerCase() + contract.slice(1)
}

/** `testing/FeeToken.sol` is written to `testing/generated/fee-token.ts`. */
function generatedPath(file: string): string {
  const name = basename(file, '.sol').replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
  return `${file.slice(0, file.lastIndexOf('/') + 1)}generated/${name.toLowerCase()}.ts`
}
