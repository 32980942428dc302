import type { AnnotationExpectation, Expectations } from './expectations.ts'
import type { Evaluation } from './script.ts'
import type { Point, SeriesLine } from './series-line.ts'

/** Expectations that are wrong in one place, for a case that passes with the right ones. */
export interface Mutant {
  /** What was changed, for people. */
  readonly change: string
  readonly expect: Expectations
}

/** Every way in which the expectations of a case that passes are made wrong. */
export function mutantsOf({ expect, stepMs }: Evaluation): Mutant[] {
  if (expect.fail) return failureMutants(expect)
  const mutants: Mutant[] = [{ change: 'a failure is expected', expect: { ...expect, fail: true } }]
  mutants.push(...annotationMutants(expect))
  if (expect.text !== undefined)
    mutants.push({ change: 'another text', expect: { ...expect, text: `${expect.text}x` } })
  else if (expect.scalar !== undefined) {
    for (const scalar of otherNumbers(expect.scalar))
      mutants.push({ change: `${expect.scalar} to ${scalar}`, expect: { ...expect, scalar } })
  } else mutants.push(...seriesMutants(expect, stepMs !== undefined || expect.matrix !== undefined))
  return mutants
}

function failureMutants(expect: Expectations): Mutant[] {
  const { failMessage, failPattern, ...rest } = expect
  const mutants: Mutant[] = [{ change: 'no failure is expected', expect: { ...rest, fail: false } }]
  if (failMessage !== undefined)
    mutants.push({ change: 'another message', expect: { ...expect, failMessage: `${failMessage}x` } })
  if (failPattern !== undefined)
    mutants.push({ change: 'another pattern', expect: { ...expect, failPattern: /never said/ } })
  return mutants
}

function annotationMutants(expect: Expectations): Mutant[] {
  return expect.annotations.flatMap((annotation, at) => {
    const replaced = (by: AnnotationExpectation): Expectations => ({
      ...expect,
      annotations: expect.annotations.with(at, by),
    })
    const { level, wanted, message, pattern } = annotation
    const mutants: Mutant[] = []
    // With several of a level, the others would still be wanted.
    if (expect.annotations.filter(each => each.level === level).length === 1)
      mutants.push({ change: `${level} wanted: ${!wanted}`, expect: replaced({ level, wanted: !wanted }) })
    if (wanted && message !== undefined)
      mutants.push({ change: `another ${level}`, expect: replaced({ ...annotation, message: `${message}x` }) })
    if (wanted && pattern !== undefined)
      mutants.push({ change: `another ${level}`, expect: replaced({ ...annotation, pattern: /never said/ }) })
    return mutants
  })
}

function seriesMutants(expect: Expectations, isRange: boolean): Mutant[] {
  const { series } = expect
  const withSeries = (change: string, lines: readonly SeriesLine[]): Mutant => ({
    change,
    expect: { ...expect, series: [...lines] },
  })
  const extra: SeriesLine = { labels: new Map([['mutant', 'x']]), points: [1] }
  const mutants = [withSeries('one more series', [...series, extra])]
  for (const [at, line] of series.entries()) {
    mutants.push(withSeries(`without series ${at}`, series.toSpliced(at, 1)))
    const relabelled = (labels: ReadonlyMap<string, string>): SeriesLine[] => series.with(at, { ...line, labels })
    mutants.push(withSeries('one more label', relabelled(new Map([...line.labels, ['mutant', 'x']]))))
    for (const [label, value] of line.labels) {
      // An empty label counts as missing.
      if (value === '') continue
      mutants.push(withSeries(`another ${label}`, relabelled(new Map([...line.labels, [label, `${value}x`]]))))
      mutants.push(
        withSeries(`without ${label}`, relabelled(new Map([...line.labels].filter(([name]) => name !== label)))),
      )
    }
    const repointed = (points: readonly Point[]): SeriesLine[] => series.with(at, { ...line, points })
    for (const [place, point] of line.points.entries()) {
      const others = typeof point === 'number' ? otherNumbers(point) : [0]
      for (const other of others)
        mutants.push(withSeries(`${String(point)} to ${other}`, repointed(line.points.with(place, other))))
      if (isRange && typeof point === 'number')
        mutants.push(withSeries(`${point} to a gap`, repointed(line.points.with(place, undefined))))
    }
    const next = series[at + 1]
    if (expect.ordered && next !== undefined)
      mutants.push(withSeries('another order', series.with(at, next).with(at + 1, line)))
  }
  return mutants
}

/** Numbers that are not the one, far from it and near. */
function otherNumbers(value: number): number[] {
  const near = Number.isFinite(value) ? [value + 1, value * (1 + 1e-5), value * (1 - 1e-5)] : []
  const others = [NaN, Infinity, -Infinity, 0, -value, 1e308, ...near]
  return [...new Set(others)].filter(other => !isAlmost(other, value))
}

/** The tolerance of Prometheus's own runner, written apart from the one that is tested. */
function isAlmost(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  if (a === b) return true
  return Math.abs(a) + Math.abs(b) < 1e-300 || Math.abs(a - b) / Math.min(Math.abs(a) + Math.abs(b), 1e308) < 2e-6
}
