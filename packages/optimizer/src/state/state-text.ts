import type { Steps } from '@homeostat/signals'

/** An entry in a text, its lines as they are written. */
export interface WrittenEntry {
  readonly key: string
  /** ms since the epoch. */
  readonly savedAt: number
  /** The process, by a random id; empty if an earlier release wrote it. */
  readonly savedBy: string
  readonly lines: readonly string[]
}

/** The entries of a text; those before the damage if it is damaged. */
export interface TextContent {
  readonly entries: readonly WrittenEntry[]
  readonly isDamaged: boolean
}

type Stamp = readonly [key: string, savedAt: number, savedBy: string, lines: number]

const END = '}}'

/**
 * One JSON object, `{ version, savedAt, entries, state }`, laid out so that it can be written and read in pieces: `entries` has a
 * stamp of each entry, and `state` one line for each value, and an array of them for an entry of several. Releases that know no
 * `entries` read the same state.
 */
export function textOf(version: number, entries: readonly WrittenEntry[]): string {
  const savedAt = Math.max(0, ...entries.map(entry => entry.savedAt))
  const stamps = entries.map(stampOf)
  const head = JSON.stringify({ version, savedAt, entries: stamps, state: {} }).slice(0, -END.length)
  return [head, entries.map(stateOf).join(',\n'), END].join('\n')
}

/** The bytes that an entry takes in a text, rounded up a little. */
export function bytesOf(entry: WrittenEntry): number {
  return Buffer.byteLength(stateOf(entry)) + Buffer.byteLength(JSON.stringify(stampOf(entry))) + 4
}

function stampOf({ key, savedAt, savedBy, lines }: WrittenEntry): Stamp {
  return [key, savedAt, savedBy, lines.length]
}

function stateOf({ key, lines }: WrittenEntry): string {
  const value = lines.length === 1 ? lines[0]! : `[\n${lines.join(',\n')}\n]`
  return `${JSON.stringify(key)}:${value}`
}

/** Takes a text apart; anybody may have written it. The lines of the entries are not parsed yet. */
export function* contentOf(text: string, version: number): Steps<TextContent> {
  const lines = text.split('\n')
  const head = Object(parsed(`${lines[0]}${END}`)) as Partial<Record<string, unknown>>
  if (!Array.isArray(head['entries'])) return earlierContentOf(text, version)
  const entries: WrittenEntry[] = []
  if (head['version'] !== version) return { entries, isDamaged: true }
  let at = 1
  for (const stamp of head['entries'] as unknown[]) {
    yield
    const entry = isStamp(stamp) ? entryAt(lines, at, stamp) : undefined
    if (!entry) return { entries, isDamaged: true }
    entries.push(entry)
    at += entry.lines.length === 1 ? 1 : entry.lines.length + 2
  }
  return { entries, isDamaged: lines[Math.max(at, 2)] !== END }
}

function entryAt(
  lines: readonly string[],
  at: number,
  [key, savedAt, savedBy, count]: Stamp,
): WrittenEntry | undefined {
  const name = `${JSON.stringify(key)}:`
  const first = lines[at]
  if (!first?.startsWith(name)) return undefined
  if (count === 1) return { key, savedAt, savedBy, lines: [withoutComma(first.slice(name.length))] }
  const own = lines.slice(at + 1, at + 1 + count)
  if (first !== `${name}[` || own.length < count || withoutComma(lines[at + 1 + count] ?? '') !== ']') return undefined
  return { key, savedAt, savedBy, lines: own.map(withoutComma) }
}

function withoutComma(line: string): string {
  return line.endsWith(',') ? line.slice(0, -1) : line
}

/** The object of releases that stamp a text as a whole. */
function earlierContentOf(text: string, version: number): TextContent {
  const found = Object(parsed(text)) as Partial<Record<string, unknown>>
  const { savedAt, state } = found
  const isOne =
    found['version'] === version && Number.isSafeInteger(savedAt) && typeof state === 'object' && state !== null
  const entries = Object.entries(isOne ? state : {}).map(([key, value]) => {
    return { key, savedAt: savedAt as number, savedBy: '', lines: [JSON.stringify(value)] }
  })
  return { entries, isDamaged: !isOne }
}

/** The values of the lines of an entry; undefined when one of them is not JSON. */
export function* valuesOf({ lines }: WrittenEntry): Steps<unknown[] | undefined> {
  const values: unknown[] = []
  for (const line of lines) {
    const value = parsed(line)
    if (value === undefined) return undefined
    values.push(value)
    yield
  }
  return values
}

/** Undefined where the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStamp(value: unknown): value is Stamp {
  if (!Array.isArray(value)) return false
  const [key, savedAt, savedBy, count] = value as unknown[]
  return (
    typeof key === 'string' &&
    typeof savedBy === 'string' &&
    Number.isSafeInteger(savedAt) &&
    Number.isSafeInteger(count) &&
    Number(count) >= 1
  )
}
