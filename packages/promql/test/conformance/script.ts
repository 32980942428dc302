import { readExpectations, type Expectations } from './expectations.ts'
import { readSeries, readTime, type SeriesLine } from './series-line.ts'

export interface Load {
  readonly kind: 'load'
  readonly line: number
  readonly stepMs: number
  readonly withNativeBuckets: boolean
  readonly series: readonly SeriesLine[]
  /** Series of which `metric@st ...` lines say when their samples began to count; `'all'` for a line without a metric. */
  readonly startTimes: 'all' | readonly ReadonlyMap<string, string>[]
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

/**
 * Reads Prometheus's promqltest scripts. Anything it does not understand is an error with the number of the line, never an
 * empty expectation.
 */
export function readScript(text: string): Command[] {
  // As in Prometheus's own reader a comment is an empty line, and ends a block as one.
  const lines = text.split('\n').map(line => line.trim().replace(/^#.*$/, ''))
  const commands: Command[] = []
  let at = 0
  const block = (): string[] => {
    const end = lines.indexOf('', at)
    const out = lines.slice(at, end === -1 ? lines.length : end)
    at += out.length
    return out
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const number = at + 1
    at += 1
    if (line === '') continue
    try {
      commands.push(readCommand(line, number, block))
    } catch (error) {
      throw new Error(`line ${number}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return commands
}

const INSTANT = /^eval(?:_(fail|ordered|warn|info))?\s+instant\s+at\s+(\S+)\s+(\S.*)$/
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(\S.*)$/

function readCommand(line: string, number: number, block: () => string[]): Command {
  if (line === 'clear') return { kind: 'clear', line: number }
  const load = /^load(_with_nhcb)?\s+(\S+)$/.exec(line)
  if (load !== null) return readLoad(readTime(load[2] ?? ''), load[1] !== undefined, number, block())
  const [range, rangeMode, from = '', to = '', step = '', rangeExpr = ''] = RANGE.exec(line) ?? []
  if (range !== undefined) {
    const startMs = readTime(from)
    const endMs = readTime(to)
    const stepMs = readTime(step)
    if (endMs < startMs || stepMs <= 0) throw new Error(`not a range: ${line}`)
    const expect = readExpectations(rangeMode, block(), true)
    return { kind: 'eval', line: number, expr: rangeExpr, startMs, endMs, stepMs, expect }
  }
  const [instant, mode, at = '', expr = ''] = INSTANT.exec(line) ?? []
  if (instant === undefined) throw new Error(`not a command: ${line}`)
  const startMs = readTime(at)
  const expect = readExpectations(mode, block(), false)
  return { kind: 'eval', line: number, expr, startMs, endMs: startMs, stepMs: undefined, expect }
}

function readLoad(stepMs: number, withNativeBuckets: boolean, line: number, lines: readonly string[]): Load {
  const series: SeriesLine[] = []
  const started: ReadonlyMap<string, string>[] = []
  let all = false
  for (const text of lines) {
    const [, metric] = /^(\S*)@st\s/.exec(text) ?? []
    if (metric === undefined) series.push(readSeries(text))
    else if (metric === '') all = true
    else started.push(readSeries(metric).labels)
  }
  return { kind: 'load', line, stepMs, withNativeBuckets, series, startTimes: all ? 'all' : started }
}
