/** Wrong variants of a solution, made mechanically: one small change each. */

import type ts from 'typescript-api'

/** A variant, and what was changed. */
export interface Mutant {
  readonly source: string
  /** As in `3: "<" became "<="`. */
  readonly change: string
}

const swaps: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
  '/': ['*'],
  '%': ['*'],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
}

/**
 * Makes variants of a source in which one operator, number, truth value, text or condition is changed, or one statement left
 * out. Some mean the same as the source.
 *
 * @param count - At most so many, spread over the source.
 * @returns In the order of the source.
 */
export async function makeMutants(source: string, count: number): Promise<Mutant[]> {
  const { default: ts } = await import('typescript-api')
  const file = ts.createSourceFile('solution.ts', source, ts.ScriptTarget.ES2023, true)
  const found: Mutant[] = []
  const replace = (node: ts.Node, text: string): void => {
    const [start, end] = [node.getStart(file), node.getEnd()]
    const { line } = file.getLineAndCharacterOfPosition(start)
    const before = source.slice(start, end).split('\n')[0]
    found.push({
      source: source.slice(0, start) + text + source.slice(end),
      change: `${line + 1}: ${text === ';' ? `"${before}" was left out` : `"${before}" became "${text}"`}`,
    })
  }
  const leavable = (node: ts.Node): boolean =>
    ts.isExpressionStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isContinueStatement(node) ||
    ts.isBreakStatement(node)
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    if (ts.isBinaryExpression(node)) {
      for (const swapped of swaps[node.operatorToken.getText(file)] ?? []) replace(node.operatorToken, swapped)
    }
    if (ts.isNumericLiteral(node)) replace(node, `(${node.getText(file)} + 1)`)
    if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, 'false')
    if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, 'true')
    if (ts.isStringLiteral(node) && !ts.isPropertyAssignment(node.parent))
      replace(node, node.text === '' ? "'!'" : "''")
    if (ts.isIfStatement(node)) {
      replace(node.expression, `!(${node.expression.getText(file)})`)
      if (node.elseStatement === undefined) replace(node, ';')
    }
    if (ts.isConditionalExpression(node)) replace(node.condition, `!(${node.condition.getText(file)})`)
    if (leavable(node)) replace(node, ';')
    if (ts.isPropertyAccessExpression(node) && node.expression.getText(file) === 'Math') {
      if (node.name.text === 'min') replace(node.name, 'max')
      if (node.name.text === 'max') replace(node.name, 'min')
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  if (found.length <= count) return found
  return Array.from({ length: count }, (_, index) => found[Math.floor(((index + 0.5) * found.length) / count)]).flatMap(
    (mutant) => mutant ?? [],
  )
}
