import { readFloat, readQuoted, readSeries, readTime, type SeriesLine } from './series-line.ts'

/** What a case expects of annotations of one level. */
export interface AnnotationExpectation {
  readonly level: 'warning' | 'info'
  readonly wanted: boolean
  readonly message?: string
  readonly pattern?: RegExp
}

/** What the lines below an `eval` say. */
export interface Expectations {
  fail: boolean
  failMessage?: string
  failPattern?: RegExp
  ordered: boolean
  text?: string
  scalar?: number
  readonly annotations: AnnotationExpectation[]
  readonly series: SeriesLine[]
  /** `expect range vector from .. to .. step ..`. */
  matrix?: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number }
}

/**
 * Reads the lines below an `eval` command.
 *
 * @param mode the older spelling, `fail` of `eval_fail`
 */
export function readExpectations(mode: string | undefined, lines: readonly string[], isRange: boolean): Expectations {
  const expect: Expectations = { fail: mode === 'fail', ordered: mode === 'ordered', annotations: [], series: [] }
  if (mode === 'warn' || mode === 'info') expect.annotations.push({ level: levelOf(mode), wanted: true })
  let complete = false
  for (const line of lines) {
    // Prometheus's runner reads nothing after a number or an older failure message; more lines are a slip.
    if (complete) throw new Error(`nothing can be expected after the line before: ${line}`)
    complete = readLine(line, expect)
  }
  refuseNonsense(expect, isRange)
  return expect
}

/** Whether the expectation is complete with this line. */
function readLine(line: string, expect: Expectations): boolean {
  if (/^expect(?:\s|$)/.test(line)) {
    readExpectation(line, expect)
    return false
  }
  const older = expect.fail ? /^expected_fail_(message|regexp)\s+(.*)$/.exec(line) : null
  if (older !== null) {
    if (older[1] === 'message') expect.failMessage = older[2] ?? ''
    else expect.failPattern = new RegExp(older[2] ?? '')
    return true
  }
  if (/^[+-]?(?:inf|nan|[\d.])/i.test(line) && !/[\s{]/.test(line)) {
    expect.scalar = readFloat(line)
    return true
  }
  expect.series.push(readSeries(line))
  return false
}

function levelOf(text: string): 'warning' | 'info' {
  return text === 'warn' ? 'warning' : 'info'
}

function readExpectation(line: string, expect: Expectations): void {
  const rest = line.replace(/^expect\s*/, '')
  const range = /^range vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$/.exec(rest)
  const [whole, no, kind, match, what = ''] =
    /^(no_)?(warn|info|fail|ordered)(?:\s+(msg|regex):\s*(.+))?$/.exec(rest) ?? []
  const text = /^string\s+(["'`].*)$/.exec(rest)
  const wording = match === 'msg' ? { message: what } : match === 'regex' ? { pattern: new RegExp(what) } : {}
  if (text?.[1] !== undefined) expect.text = readQuoted(text[1])
  else if (range !== null) {
    const [fromMs = NaN, toMs = NaN, stepMs = NaN] = range.slice(1).map(readTime)
    expect.matrix = { fromMs, toMs, stepMs }
  } else if (kind === 'warn' || kind === 'info') {
    expect.annotations.push({ level: levelOf(kind), wanted: no === undefined, ...wording })
  } else if (whole === 'ordered') expect.ordered = true
  else if (kind === 'fail' && no === undefined) {
    if (expect.fail) throw new Error('more than one failure expected')
    expect.fail = true
    if (match === 'msg') expect.failMessage = what
    if (match === 'regex') expect.failPattern = new RegExp(what)
  } else throw new Error(`not an expectation: ${line}`)
}

/** What could never come true, or always would, is a slip in the script. */
function refuseNonsense(expect: Expectations, isRange: boolean): void {
  for (const level of ['warning', 'info'] as const) {
    const wanted = expect.annotations.filter(each => each.level === level).map(each => each.wanted)
    if (wanted.includes(true) && wanted.includes(false)) throw new Error(`${level} both expected and not expected`)
  }
  const values = expect.series.length > 0
  if (expect.scalar !== undefined && values) throw new Error('both a scalar and series expected')
  if (isRange && (expect.scalar ?? expect.text ?? expect.matrix) !== undefined)
    throw new Error('a range query gives series only')
  if (isRange && expect.ordered) throw new Error('a range query has no order')
  if (expect.matrix !== undefined && (expect.matrix.toMs < expect.matrix.fromMs || expect.matrix.stepMs <= 0))
    throw new Error('not a range')
  for (const { points } of expect.series) {
    if (points.length === 0) throw new Error('a series without a value expected')
    if (!isRange && expect.matrix === undefined && points.length > 1)
      throw new Error('more than one value of a series expected at one instant')
  }
}
