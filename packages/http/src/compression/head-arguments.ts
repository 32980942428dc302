import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/**
 * Sets the headers that `writeHead()` was called with, as Node would: those of an object replace, those of a list are added to each other.
 *
 * @returns false for what is not headers, which is left to Node
 */
export function applyHeaders(response: ServerResponse, headers: OutgoingHttpHeaders | readonly unknown[]): boolean {
  if (headers === undefined || headers === null) return true
  if (typeof headers !== 'object') return false
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers as OutgoingHttpHeaders))
      if (name !== '') response.setHeader(name, value as OutgoingHttpHeader)
    return true
  }
  const pairs = pairsOf(headers)
  if (pairs === undefined) return false
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (seen.has(key)) response.appendHeader(name, Array.isArray(value) ? value.map(String) : String(value))
    else response.setHeader(name, value)
    seen.add(key)
  }
  return true
}

type Pair = readonly [name: string, value: OutgoingHttpHeader]

/** A flat list of names and values, or a list of pairs. */
function pairsOf(list: readonly unknown[]): readonly Pair[] | undefined {
  if (list.every(Array.isArray)) {
    const pairs = list as readonly (readonly unknown[])[]
    return pairs.every(pair => pair.length === 2 && typeof pair[0] === 'string')
      ? (pairs as unknown as readonly Pair[])
      : undefined
  }
  if (list.length % 2 !== 0) return undefined
  const pairs = Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index], list[2 * index + 1]] as const)
  return pairs.every(([name]) => typeof name === 'string') ? (pairs as readonly Pair[]) : undefined
}
