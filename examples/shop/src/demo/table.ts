const GAP = '  '
/** Narrower than this the last column is unreadable; then lines are longer than the screen. */
const MIN_LAST_WIDTH = 20

/** A table whose last column is wrapped to what is left of the width. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const last = head.length - 1
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)))
  const fixed = widths.slice(0, last).reduce((sum, each) => sum + each + GAP.length, 0)
  const lastWidth = Math.max(MIN_LAST_WIDTH, width - 1 - fixed)
  widths[last] = Math.min(widths[last]!, lastWidth)

  const lines = (cells: readonly string[]): string[] =>
    wrap(cells[last] ?? '', lastWidth).map((part, index) =>
      widths
        .map((cell, column) => (column === last ? part : (index === 0 ? (cells[column] ?? '') : '').padEnd(cell)))
        .join(GAP)
        .trimEnd(),
    )
  return [...lines(head), widths.map(cell => '-'.repeat(cell)).join(GAP), ...rows.flatMap(lines)]
}

/** Lines of words that are no longer than a screen of this width, each after the indent, and all but the first after a hanging one. */
export function paragraph(text: string, width: number, indent = '', hanging = ''): string[] {
  const lines = wrap(text, width - 1 - indent.length - hanging.length)
  return lines.map((line, index) => `${indent}${index === 0 ? '' : hanging}${line}`)
}

/** Lines of words that are no longer than the width, but for words that are. */
export function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
