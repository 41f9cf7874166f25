/** Every export of an entry point has a docstring. */

import { dirname, join } from 'node:path/posix'
import ts from 'typescript-api'
import { entryPoints, type Workspace, type WorkspacePackage } from './workspace.js'

/** Lists the exports of entry points that have no docstring, and `export *`, which hides what is exported. */
export function docstringProblems({ packages }: Workspace): string[] {
  const problems = packages.flatMap((found) =>
    [...entryPoints(found).values()].flatMap((entry) => fileProblems(found, entry, undefined)),
  )
  return [...new Set(problems)]
}

/** Problems with the exports of one file: all of them, or the one called `wanted`. */
function fileProblems(from: WorkspacePackage, file: string, wanted: string | undefined): string[] {
  const text = from.files.get(file)
  if (text === undefined) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const declared = declarations(source)
  const imported = importedNames(source)
  const at = `${from.folder}/${file}`

  const local = (name: string): string[] => {
    const statements = declared.get(name)
    if (statements !== undefined) {
      const documented = statements.some((statement) => ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc))
      return documented ? [] : [`${at}: "${name}" has no docstring`]
    }
    const origin = imported.get(name)
    return origin === undefined ? [] : follow(origin.specifier, origin.name)
  }
  const follow = (specifier: string, name: string): string[] => {
    if (!specifier.startsWith('.')) return []
    const path = join(dirname(file), specifier).replace(/\.js$/, '')
    const target = [`${path}.ts`, `${path}.tsx`].find((candidate) => from.files.has(candidate))
    return target === undefined ? [] : fileProblems(from, target, name)
  }

  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const specifier = statement.moduleSpecifier
      const origin = specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : undefined
      if (statement.exportClause === undefined) return [`${at}: name what is exported from "${origin}"`]
      if (!ts.isNamedExports(statement.exportClause)) return []
      return statement.exportClause.elements
        .filter((element) => wanted === undefined || element.name.text === wanted)
        .flatMap((element) => {
          const name = (element.propertyName ?? element.name).text
          return origin === undefined ? local(name) : follow(origin, name)
        })
    }
    const exported = ts.canHaveModifiers(statement)
      ? ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      : false
    if (exported !== true) return []
    return names(statement)
      .filter((name) => wanted === undefined || name === wanted)
      .flatMap(local)
  })
}

/** Statements that declare a name, by name; overloads and merged declarations share one. */
function declarations(source: ts.SourceFile): Map<string, ts.Statement[]> {
  const found = new Map<string, ts.Statement[]>()
  for (const statement of source.statements) {
    for (const name of names(statement)) found.set(name, [...(found.get(name) ?? []), statement])
  }
  return found
}

function names(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  return named && statement.name !== undefined ? [statement.name.text] : []
}

function importedNames(source: ts.SourceFile): Map<string, { specifier: string; name: string }> {
  const found = new Map<string, { specifier: string; name: string }>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const bindings = statement.importClause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName } of bindings.elements) {
      found.set(name.text, { specifier: statement.moduleSpecifier.text, name: (propertyName ?? name).text })
    }
  }
  return found
}
