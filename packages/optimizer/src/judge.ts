// The judge of trials, for those who install the optimizer or `homeostat` and not `@homeostat/judge`.
export {
  blockNoise,
  designs,
  judge,
  judgeSwitchback,
  median,
  pairsToFind,
  percent,
  percentChange,
  planSwitchback,
  rankSumP,
  SWITCHBACK_BLOCK_MS,
  type Arm,
  type PairedJudgement,
  type Sample,
} from '@homeostat/judge'
