import type { ListedOption } from './option-list.ts'
import { shownDefault } from './reading.ts'

/** A table of options in Markdown, for a README. Columns are as wide as their widest cell, as the formatter has them. */
export function optionTable(
  options: readonly ListedOption[],
  { variables = false }: { readonly variables?: boolean } = {},
): string {
  const head = ['option', 'default', 'meaning', ...(variables ? ['variable'] : [])]
  const rows = options.map(({ path, details, variable }) => [
    `\`${path}\``,
    defaultCell(details.default, details.defaultWords),
    `${details.description}${details.unit ? ` (${details.unit})` : ''}`,
    ...(variables ? [variable === undefined ? '' : `\`${variable}\``] : []),
  ])
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n')
}

function defaultCell(value: unknown, words: string | undefined): string {
  if (words !== undefined) return words
  return value === undefined ? '' : `\`${shownDefault(value)}\``
}
