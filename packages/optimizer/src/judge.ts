// The judge of trials and proofs, for those who install the optimizer or `homeostat` and not `@homeostat/judge`.
export {
  blockNoise,
  DESIGN_ALPHA,
  judge,
  judgeSwitchback,
  LEAST_PAIRS,
  median,
  MOST_PAIRS,
  pairsToFind,
  percent,
  percentChange,
  planSwitchback,
  rankSumP,
  shift,
} from '@homeostat/judge'
