export { advanceProof, armsOf, beginProof, donePairs, timeLeft, type ProofEvent } from './advance-proof.ts'
export { harmSoFar, judgeProof, type ProofJudgement } from './judge-proof.ts'
export { LEAST_QUIET_BLOCKS, quietNoise } from './quiet-noise.ts'
export { planProof, type PlanInput, type ProofPlan } from './plan-proof.ts'
export { proofPage } from './proof-page.ts'
export { recordOf, type MeasuredPair, type ProofRecord } from './proof-record.ts'
export { progressLine, proofLines } from './proof-text.ts'
export type {
  Arm,
  PairedJudgement,
  Proof,
  ProofBlock,
  ProofEnd,
  ProofEnding,
  ProofPair,
  ProofTerms,
  Sample,
} from './proof.ts'
