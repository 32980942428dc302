import { median, type Arm } from '../episode.ts'
import type { Alpha } from '../life/alpha.ts'
import { fit } from '../looks/foretell.ts'
import { floorOf, logLevel } from '../looks/log-change.ts'
import { rankSumP, shift } from '../ranks/rank-sum.ts'
import type { Terms } from '../terms.ts'
import { noticeable } from '../worth.ts'
import { concluded, INTERVAL, type PairedJudgement } from './paired-judgement.ts'
import type { SideBySide, UnitSample } from './side-by-side.ts'

/** 1 / 70: the first number of units a side that can be significant at 0.025. */
const MIN_UNITS = 4

/**
 * Judges a split that keeps its units. What chance drew is the side of each unit, once, so a unit is one observation however many
 * blocks it was measured in: its median with the action, less what it was before in so far as that foretells it. The test is the
 * rank-sum test over units; the share is estimated over all units without regard to their side, so the test stays exact.
 */
export function judgeKept(
  blocks: readonly SideBySide[],
  baseline: readonly SideBySide[],
  terms: Terms,
  alpha: Alpha,
): PairedJudgement {
  const { direction, harm } = terms
  const units = unitsOf(blocks, baseline)
  if (units === undefined) {
    const reason =
      'a split that keeps its units is judged by units: give each sample its unit as a third element, or each block one sample of each unit in the same order'
    return { verdict: 'inconclusive', reason, statistics: { pairs: 0, unusable: blocks.length, vanished: 0 } }
  }
  const usable = units.filter(({ before, after }) => before.length > 0 && after.length > 0)
  const size = (arm: Arm): number => usable.filter(unit => unit.arm === arm).length
  const counted = { pairs: Math.min(size('act'), size('control')), unusable: units.length - usable.length, vanished: 0 }
  if (counted.pairs < MIN_UNITS) {
    const reason = `${size('act')} and ${size('control')} units have samples before and after; at least ${MIN_UNITS} a side are needed`
    return { verdict: 'inconclusive', reason, statistics: counted }
  }
  const sign = direction === 'down' ? 1 : -1
  const floor = floorOf(usable.flatMap(({ before, after }) => [...before, ...after]))
  const logs = usable.map(({ arm, before, after }) => ({
    arm,
    before: sign * logLevel(median(before), floor),
    after: sign * logLevel(median(after), floor),
  }))
  // Estimated over all units, whatever their side, so that exchanging the sides changes nothing.
  const share = fit(
    logs.map(({ before }) => before),
    logs.map(({ after }) => after),
  )
  const of = (arm: Arm): number[] => logs.filter(one => one.arm === arm).map(one => one.after - share * one.before)
  const [acts, controls] = [of('act'), of('control')]
  const margin = noticeable(direction, harm)
  return concluded(
    counted,
    {
      change: shift(acts, controls, INTERVAL),
      pBetter: rankSumP(acts, controls),
      pWorse: rankSumP(
        controls.map(control => control + margin),
        acts,
      ),
      compared: `${acts.length} against ${controls.length} units`,
    },
    terms,
    alpha,
  )
}

interface Unit {
  readonly arm: Arm
  readonly before: number[]
  readonly after: number[]
}

/**
 * Samples that do not name their unit are taken to be one of each unit, always in the same order. Undefined when they cannot be, or when a
 * unit is on both sides: then nobody can say what was drawn.
 */
function unitsOf(blocks: readonly SideBySide[], baseline: readonly SideBySide[]): readonly Unit[] | undefined {
  const units = new Map<string, Unit>()
  const all = [...baseline, ...blocks]
  const counts = { act: all[0]?.act.length, control: all[0]?.control.length }
  const isOrdered = all.every(({ act, control }) => act.length === counts.act && control.length === counts.control)
  const add = (part: 'before' | 'after', arm: Arm, [, value, name]: UnitSample, index: number): boolean => {
    if (name === undefined && !isOrdered) return false
    const unit = name === undefined ? `${arm} ${index}` : `unit ${name}`
    const known = units.get(unit) ?? { arm, before: [], after: [] }
    units.set(unit, known)
    if (value >= 0 && value < Infinity) known[part].push(value)
    return known.arm === arm
  }
  const areKnown = (part: 'before' | 'after', sides: readonly SideBySide[]): boolean =>
    sides.every(
      ({ act, control }) =>
        act.every((sample, index) => add(part, 'act', sample, index)) &&
        control.every((sample, index) => add(part, 'control', sample, index)),
    )
  return areKnown('before', baseline) && areKnown('after', blocks) ? [...units.values()] : undefined
}
