// The judge of trials and proofs, for those who install the optimizer or `homeostat` and not `@homeostat/judge`.
export {
  blockNoise,
  judge,
  judgeSwitchback,
  median,
  pairsToFind,
  percent,
  percentChange,
  planSwitchback,
  rankSumP,
  shift,
} from '@homeostat/judge'
