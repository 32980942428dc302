import type { Firing, LedgerEntry, Receipt, Response } from 'homeostat'

/** A tick in which nothing happened. */
export const quiet: LedgerEntry = {
  id: 1,
  now: 100_000,
  durationMs: 1,
  mode: 'act',
  pending: [],
  firings: [],
  transitions: [],
  failures: [],
  limited: [],
  decisions: [],
  refusals: [],
  refused: [],
  started: [],
  ended: [],
  withheld: [],
  advised: [],
  adopted: [],
  proofs: [],
  breaches: [],
  verdicts: [],
  reverted: [],
  quarantined: [],
  offers: [],
  open: [],
  effects: [],
  fleet: { coordinator: 'none' },
  budgets: [],
}

export const firing: Firing = {
  alert: 'MemoryPressure',
  labels: { homeostat_memory_area: 'heap' },
  annotations: {},
  value: 0.84,
  since: 85_000,
}

export const response: Response = { to: { alert: 'MemoryPressure' }, action: 'memory.cleanup', priority: 'safety' }

/** A run that is over, with what it handed in. */
export function ended(receipt: Receipt, id = 'memory.cleanup#1'): LedgerEntry['ended'][number] {
  return {
    state: 'settling',
    id,
    action: 'memory.cleanup',
    arm: 'act',
    alert: 'MemoryPressure',
    alertKey: 'MemoryPressure{}',
    labels: firing.labels,
    touches: ['memory'],
    response,
    version: '1',
    gates: [],
    alternatives: [],
    value: firing.value,
    traces: [],
    startedAt: 100_000,
    endedAt: 100_300,
    before: [
      [98_000, 0.81],
      [100_000, 0.84],
    ],
    after: [],
    beside: [],
    rest: { streak: 0, notBefore: -Infinity },
    outcome: { status: 'completed', receipt },
  }
}

export const cleaned: LedgerEntry['ended'][number] = ended({
  summary: 'removed 4,431 expired entries',
  effects: { entries: 4431 },
})

/** A run of an action that only advises. */
export const advised: LedgerEntry['advised'][number] = {
  id: 'query.optimize#1',
  action: 'query.optimize',
  alert: 'SlowQueries',
  labels: {},
  startedAt: 100_000,
  endedAt: 100_300,
  status: 'completed',
  summary: '1 index would help',
  advice: [],
  problems: [],
}
