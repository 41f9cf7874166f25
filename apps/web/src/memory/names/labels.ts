/** Which names can be written on the picture without one over another. */

/** A name that would be written, its box in CSS pixels. */
export interface LabelBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Cells of the grid by which neighbours are found, in pixels. */
const cellWidth = 80
const cellHeight = 20

/** Takes boxes in the order given, leaving out each that touches one taken before it, up to `most`. Gives their indexes. */
export function placeLabels(boxes: Iterable<LabelBox>, most: number): number[] {
  const taken = new Map<string, LabelBox[]>()
  const placed: number[] = []
  let index = -1
  for (const box of boxes) {
    index++
    if (placed.length >= most) break
    const cells = cellsOf(box)
    if (cells.some((cell) => taken.get(cell)?.some((other) => overlap(box, other)))) continue
    for (const cell of cells) taken.set(cell, [...(taken.get(cell) ?? []), box])
    placed.push(index)
  }
  return placed
}

function cellsOf({ left, top, width, height }: LabelBox): string[] {
  const cells: string[] = []
  for (let column = Math.floor(left / cellWidth); column <= Math.floor((left + width) / cellWidth); column++)
    for (let row = Math.floor(top / cellHeight); row <= Math.floor((top + height) / cellHeight); row++)
      cells.push(`${column} ${row}`)
  return cells
}

function overlap(a: LabelBox, b: LabelBox): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height
}
