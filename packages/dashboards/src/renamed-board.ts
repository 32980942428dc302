import type { ServerNames } from '@homeostat/promql'
import { renamedExpression, renamedTemplate } from './renamed-expression.ts'

const LABEL_VALUES = /^label_values\((.+), (\w+)\)$/

/** A dashboard of Grafana, or any part of it, in other names. */
export function renamedBoard(part: unknown, names: ServerNames, field = ''): unknown {
  if (typeof part === 'string') return renamedText(part, names, field)
  if (Array.isArray(part)) return part.map(each => renamedBoard(each, names, field))
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [names.labels.get(key) ?? key, renamedBoard(value, names, key)]),
  )
}

function renamedText(text: string, names: ServerNames, field: string): string {
  if (field === 'expr') return renamedExpression(text, names)
  if (field === 'legendFormat' || field === 'titleFormat') return renamedTemplate(text, names)
  const [, selector, label] = LABEL_VALUES.exec(text) ?? []
  if (selector === undefined) return text
  return `label_values(${renamedExpression(selector, names)}, ${label})`
}
