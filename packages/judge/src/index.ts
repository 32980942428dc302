export { drawArm, type ArmState, type Phase } from './designs/arms.ts'
export { bucketOf } from './designs/bucket.ts'
export { designs, type Design } from './designs/design.ts'
export { LEAST_PAIRS, leastPairs } from './designs/paired.ts'
export { DESIGN_ALPHA, type PairedJudgement } from './designs/paired-judgement.ts'
export type { SideBySide, UnitSample } from './designs/side-by-side.ts'
export { blockNoise, MOST_PAIRS, pairsToFind, type BlockCut, type SwitchbackSize } from './designs/switchback-size.ts'
export { judgeSplit, type SplitInput } from './designs/split.ts'
export {
  BLOCK_MS as SWITCHBACK_BLOCK_MS,
  judgeSwitchback,
  planSwitchback,
  type SwitchbackBlock,
  type SwitchbackInput,
  type SwitchbackOptions,
} from './designs/switchback.ts'
export { median, type Arm, type Episode, type Sample } from './episode.ts'
export { fnv1a } from './fnv1a.ts'
export { judge } from './judge.ts'
export type { JudgeInput, Judgement, JudgeStatistics } from './judgement.ts'
export type { Leak } from './leaks/leak.ts'
export { palliative, type PalliativeInput } from './leaks/palliative.ts'
export type { Alpha } from './life/alpha.ts'
export {
  freshLife,
  mostSpent,
  nextGeneration,
  spentOf,
  type EarlierFinding,
  type EndedGeneration,
  type Life,
} from './life/life.ts'
export { looks, type Level, type Look } from './looks/looks.ts'
export { measured, percent, percentChange, relativeChange } from './percent.ts'
export { progress } from './progress.ts'
export { normalBelow, upperT, upperZ } from './ranks/normal.ts'
export { rankSumP, shift } from './ranks/rank-sum.ts'
