import { counted } from '@homeostat/signals'
import { DESIGN_ALPHA, judgeSwitchback, LEAST_PAIRS, percentChange } from '@homeostat/optimizer/judge'
import { formatDuration } from '@homeostat/promql'
import { donePairs } from './advance-proof.ts'
import type { PairedJudgement, Proof } from './proof.ts'

/** What a proof has shown so far. */
export interface ProofJudgement {
  readonly knob: PairedJudgement
  readonly placebo: PairedJudgement
  /** False when the placebo, which does nothing, came out with an effect: then the measurement is not to be believed. */
  readonly isCredible: boolean
  /** One line for people. */
  readonly conclusion: string
  /** One line each. */
  readonly cannotSee: readonly string[]
}

/** Judges a proof as `judgeSwitchback` of `@homeostat/judge` judges its pairs: the knob, and the placebo in the same time. */
export function judgeProof(proof: Proof): ProofJudgement {
  const knob = inTheEnd(proof, judged(proof, 'arm'))
  const placebo = inTheEnd(proof, judged(proof, 'placebo'))
  const isCredible = placebo.verdict !== 'effective' && placebo.verdict !== 'harmful'
  return { knob, placebo, isCredible, conclusion: conclusionOf(proof, knob, isCredible), cannotSee: cannotSee(proof) }
}

/**
 * Why a proof that runs has to end: the knob does harm. It is asked after each pair, so each answer may spend only its share of the error.
 */
export function harmSoFar(proof: Proof): string | undefined {
  if (donePairs(proof).length < LEAST_PAIRS) return undefined
  const looks = proof.terms.pairs - LEAST_PAIRS + 1
  const { better, worse } = DESIGN_ALPHA
  const { verdict, reason } = judged(proof, 'arm', { better, worse: worse / Math.max(1, looks) })
  return verdict === 'harmful' ? reason : undefined
}

/** A test that is repeated while pairs are added finds false effects more often than it allows. */
function inTheEnd({ state }: Proof, judgement: PairedJudgement): PairedJudgement {
  if (state === 'over') return judgement
  return { ...judgement, verdict: 'inconclusive', reason: 'the proof is not over; the verdict comes with its end' }
}

/** The advice of the judge names an option of its own. Like `--carry-over`, it counts from where the range of the measure has passed. */
function inWordsOfProof(judgement: PairedJudgement): PairedJudgement {
  const reason = judgement.reason.replace(
    /set carryOverMs to (\d+) or more/,
    (_, ms: string) => `declare --carry-over=${formatDuration(Number(ms))} or more`,
  )
  return { ...judgement, reason }
}

function judged(
  { pairs, terms }: Proof,
  whose: 'arm' | 'placebo',
  alpha?: { readonly better: number; readonly worse: number },
): PairedJudgement {
  const { direction, worth, harm, isCarryOverDeclared } = terms
  const plan = donePairs({ pairs })
    .flatMap(({ blocks }) => blocks)
    .map(block => {
      const { from, measureFrom, to } = block
      // The judge looks for late effects only in blocks that are measured from their start.
      return { arm: block[whose], from: isCarryOverDeclared ? from : measureFrom, measureFrom, to }
    })
  const samples = pairs.flatMap(({ blocks }) => blocks.flatMap(block => block.samples))
  return inWordsOfProof(judgeSwitchback({ plan, samples, direction, worth, harm, ...(alpha && { alpha }) }))
}

function conclusionOf(
  { state, terms, pairs, ending }: Proof,
  { verdict, statistics }: PairedJudgement,
  isCredible: boolean,
): string {
  if (state !== 'over')
    return `The proof is not over: ${donePairs({ pairs }).length} of ${terms.pairs} pairs measured. The verdict comes with its end.`
  if (!isCredible)
    return 'Do not believe this proof: the placebo, which does nothing, came out with an effect. Run it again, longer.'
  const change = `${terms.knob} at ${terms.to}`
  const { effect, interval } = statistics
  const by = effect === undefined || interval === undefined ? '' : ` by ${range(effect, interval)}`
  switch (verdict) {
    case 'effective':
      return `${change} changes the measure${by}: effective.`
    case 'harmful':
      return `${change} changes the measure${by}: harmful.`
    case 'no_effect':
      return `${change} has no effect worth having: ${percentChange(terms.direction === 'down' ? -terms.worth : terms.worth)} is excluded.`
    case 'inconclusive':
      return ending === undefined || ending.why === 'completed'
        ? `Inconclusive: whether ${change} helps is not known${effect === undefined ? '' : ` (${range(effect, interval!)})`}. More pairs would say more.`
        : `No verdict: the proof ended before it had enough pairs.`
  }
}

function range(effect: number, [low, high]: readonly [number, number]): string {
  return `${percentChange(effect)} (${percentChange(low)} to ${percentChange(high)})`
}

/** What this design and this run leave open. */
function cannotSee({ terms, pairs, pauses, notes }: Proof): string[] {
  const { blockMs, carryOverMs } = terms
  const all = pairs.flatMap(({ blocks }) => blocks)
  const [missing, unset] = (['missing', 'unset'] as const).map(what => all.reduce((sum, block) => sum + block[what], 0))
  const dropped = pairs.filter(({ state }) => state === 'dropped').length
  const late = terms.isCarryOverDeclared
    ? `an effect that takes longer than ${formatDuration(carryOverMs)} to come or to go`
    : `an effect that comes later than a block of ${formatDuration(blockMs)}: it gives no verdict, and a hint at how late it comes`
  return [
    late,
    `what the first ${formatDuration(carryOverMs)} of a block show: they are not measured`,
    'an effect on anything but the measure, and on other processes of the service',
    'other changes of the same time, a deployment for example, if they came in step with the blocks; chance drew the order so that this is unlikely',
    ...(missing! > 0 ? [`${counted(missing!, 'tick')} at which the measure had no value`] : []),
    ...(unset! > 0 ? [`${counted(unset!, 'tick')} at which the knob was on its way; no value of those counts`] : []),
    ...(dropped > 0
      ? [`${counted(dropped, 'pair')} that ${dropped === 1 ? 'was' : 'were'} interrupted and not compared`]
      : []),
    ...(pauses.length > 0 ? [`the time of ${counted(pauses.length, 'pause')}`] : []),
    ...notes,
  ]
}
