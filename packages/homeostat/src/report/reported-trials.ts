import type { ProofNews, Trial } from '@homeostat/optimizer'
import { explainTrial, wallTime } from '@homeostat/optimizer/parts'
import type { ReportedTrial } from './report.ts'

/** A trial, for people. */
export function reportedTrial(trial: Trial): ReportedTrial {
  const { id, action, alert, arm, state } = trial
  return { id, action, alert, arm, state, line: explainTrial(trial) }
}

/** News of a proof, by the clock on the wall. */
export function reportedProof(news: ProofNews): ProofNews {
  const shift = wallTime(news.at) - news.at
  return { ...news, startedAt: news.startedAt + shift, at: news.at + shift }
}
