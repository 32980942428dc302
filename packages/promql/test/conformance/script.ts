/** Reads Prometheus's promqltest scripts. Anything it does not understand is an error, never an empty expectation. */

export type Point = number | 'stale' | 'histogram' | undefined

export interface SeriesLine {
  readonly labels: ReadonlyMap<string, string>
  readonly points: readonly Point[]
}

export interface Load {
  readonly kind: 'load'
  readonly line: number
  readonly stepMs: number
  readonly withNativeBuckets: boolean
  readonly series: readonly SeriesLine[]
}

export interface Expectations {
  fail: boolean
  failMessage?: string
  failPattern?: RegExp
  ordered: boolean
  text?: string
  scalar?: number
  readonly annotations: {
    readonly level: 'warning' | 'info'
    readonly wanted: boolean
    readonly message?: string
    readonly pattern?: RegExp
  }[]
  readonly series: SeriesLine[]
  /** `expect range vector from .. to .. step ..`. */
  matrix?: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number }
}

export interface Evaluation {
  readonly kind: 'eval'
  readonly line: number
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  /** `undefined` for an instant evaluation. */
  readonly stepMs: number | undefined
  readonly expect: Expectations
}

export type Command = Load | Evaluation | { readonly kind: 'clear'; readonly line: number }

const UNITS: Record<string, number> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** `5m30s`, or seconds without a unit. Written apart from the engine's own duration parser on purpose. */
export function readTime(text: string): number {
  if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^-?(?:\d+(?:ms|[ywdhms]))+$/.test(text)) throw new Error(`not a time: ${text}`)
  let ms = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) ms += Number(count) * (UNITS[unit ?? ''] ?? NaN)
  return text.startsWith('-') ? -ms : ms
}

export function readFloat(text: string): number {
  const lower = text.toLowerCase()
  if (/^[+]?inf$/.test(lower)) return Infinity
  if (lower === '-inf') return -Infinity
  if (lower === 'nan') return NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(lower)) throw new Error(`not a number: ${text}`)
  return Number(lower)
}

function readPoints(text: string): Point[] {
  const points: Point[] = []
  const tokens = text.match(/\{\{[^}]*\}\}(?:[+-]\{\{[^}]*\}\})?(?:x\d+)?|\S+/g) ?? []
  for (const token of tokens) {
    if (token.startsWith('{{')) {
      const times = /x(\d+)$/.exec(token)
      for (let i = 0; i <= Number(times?.[1] ?? 0); i++) points.push('histogram')
      continue
    }
    const repeated =
      /^(_|stale|[+-]?(?:inf|nan|[\d.]+(?:e[+-]?\d+)?))(?:([+-])([\d.]+(?:e[+-]?\d+)?))?(?:x(\d+))?$/i.exec(token)
    if (repeated === null) throw new Error(`not a point: ${token}`)
    const [, first = '', sign, delta, times] = repeated
    // `_xN` is N gaps; `axN` is a and N more.
    if (first === '_') {
      for (let i = 0; i < Number(times ?? 1); i++) points.push(undefined)
      continue
    }
    if (first === 'stale') {
      points.push('stale')
      continue
    }
    if (delta !== undefined && times === undefined) throw new Error(`not a point: ${token}`)
    const start = readFloat(first)
    const step = delta === undefined ? 0 : readFloat(delta) * (sign === '-' ? -1 : 1)
    let value = start
    for (let i = 0; i <= Number(times ?? 0); i++) {
      points.push(value)
      value += step
    }
  }
  return points
}

function readQuoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll(String.raw`\'`, "'")
  return String(JSON.parse(text))
}

const METRIC = /^\s*([A-Za-z_:][\w:.]*)?\s*(\{(?!\{)(?:[^"'`}]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)*\})?/
const LABEL =
  /\s*(?:([A-Za-z_][\w]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\s*=\s*)?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)\s*(?:,|$)\s*/y

function readSeries(line: string): SeriesLine | undefined {
  const match = METRIC.exec(line)
  if (match === null || match[0].trim() === '') return undefined
  const labels = new Map<string, string>()
  if (match[1] !== undefined) labels.set('__name__', match[1])
  const body = match[2]?.slice(1, -1) ?? ''
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < body.trimEnd().length) {
    const at = LABEL.lastIndex
    const label = LABEL.exec(body)
    if (label === null) throw new Error(`not a label list: ${body.slice(at)}`)
    const name = label[1] === undefined ? '__name__' : /^["']/.test(label[1]) ? readQuoted(label[1]) : label[1]
    labels.set(name, readQuoted(label[2] ?? ''))
  }
  return { labels, points: readPoints(line.slice(match[0].length)) }
}

function readExpectation(line: string, expect: Expectations): void {
  const rest = line.replace(/^expect\s+/, '')
  const range = /^range vector from (\S+) to (\S+) step (\S+)$/.exec(rest)
  const annotation = /^(no_)?(warn|info)(?:\s+(msg|regex):\s*(.*))?$/.exec(rest)
  const fail = /^fail(?:\s+(msg|regex):\s*(.*))?$/.exec(rest)
  const text = /^string\s+(["'`].*)$/.exec(rest)
  if (rest === 'ordered') expect.ordered = true
  else if (text?.[1] !== undefined) expect.text = readQuoted(text[1])
  else if (range !== null)
    expect.matrix = {
      fromMs: readTime(range[1] ?? ''),
      toMs: readTime(range[2] ?? ''),
      stepMs: readTime(range[3] ?? ''),
    }
  else if (fail !== null) {
    expect.fail = true
    if (fail[1] === 'msg') expect.failMessage = fail[2] ?? ''
    if (fail[1] === 'regex') expect.failPattern = new RegExp(fail[2] ?? '')
  } else if (annotation !== null) {
    expect.annotations.push({
      level: annotation[2] === 'warn' ? 'warning' : 'info',
      wanted: annotation[1] === undefined,
      ...(annotation[3] === 'msg' ? { message: annotation[4] ?? '' } : {}),
      ...(annotation[3] === 'regex' ? { pattern: new RegExp(annotation[4] ?? '') } : {}),
    })
  } else throw new Error(`not an expectation: ${line}`)
}

function readResultLine(line: string, expect: Expectations): void {
  if (/^expect\s/.test(line)) return readExpectation(line, expect)
  const older = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line)
  if (older !== null) {
    if (older[1] === 'message') expect.failMessage = older[2] ?? ''
    else expect.failPattern = new RegExp(older[2] ?? '')
    return
  }
  if (/^[+-]?(?:inf|nan|[\d.]+(?:e[+-]?\d+)?)$/i.test(line)) {
    expect.scalar = readFloat(line)
    return
  }
  const series = readSeries(line)
  if (series === undefined) throw new Error(`not an expected series: ${line}`)
  expect.series.push(series)
}

/** Reads a whole script; throws with the line number at anything it does not know. */
export function readScript(text: string): Command[] {
  const lines = text.split('\n')
  const commands: Command[] = []
  let at = 0
  const block = (): string[] => {
    const out: string[] = []
    for (; at < lines.length; at++) {
      const raw = lines[at] ?? ''
      if (raw.trim() === '') break
      if (!raw.trim().startsWith('#')) out.push(raw.trim())
    }
    return out
  }
  while (at < lines.length) {
    const line = (lines[at] ?? '').trim()
    const number = at + 1
    at += 1
    if (line === '' || line.startsWith('#')) continue
    try {
      commands.push(readCommand(line, number, block))
    } catch (error) {
      throw new Error(`line ${number}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return commands
}

function readCommand(line: string, number: number, block: () => string[]): Command {
  if (line === 'clear') return { kind: 'clear', line: number }
  const load = /^load(_with_nhcb)?\s+(\S+)$/.exec(line)
  if (load !== null) {
    const series = block().map(text => {
      const found = readSeries(text)
      if (found === undefined) throw new Error(`not a series: ${text}`)
      return found
    })
    return {
      kind: 'load',
      line: number,
      stepMs: readTime(load[2] ?? ''),
      withNativeBuckets: load[1] !== undefined,
      series,
    }
  }
  const instant = /^eval(?:_(fail|ordered|warn|info))?\s+instant\s+(?:at\s+(\S+)\s+)?(.*)$/.exec(line)
  const range = /^eval(?:_(fail|ordered|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.*)$/.exec(
    line,
  )
  const match = range ?? instant
  if (match === null) throw new Error(`not a command: ${line}`)
  const expect: Expectations = {
    fail: match[1] === 'fail',
    ordered: match[1] === 'ordered',
    annotations: [],
    series: [],
  }
  if (match[1] === 'warn' || match[1] === 'info')
    expect.annotations.push({ level: match[1] === 'warn' ? 'warning' : 'info', wanted: true })
  for (const text of block()) readResultLine(text, expect)
  if (range !== null) {
    return {
      kind: 'eval',
      line: number,
      expr: range[5] ?? '',
      startMs: readTime(range[2] ?? ''),
      endMs: readTime(range[3] ?? ''),
      stepMs: readTime(range[4] ?? ''),
      expect,
    }
  }
  const atMs = readTime(instant?.[2] ?? '0')
  return { kind: 'eval', line: number, expr: instant?.[3] ?? '', startMs: atMs, endMs: atMs, stepMs: undefined, expect }
}
