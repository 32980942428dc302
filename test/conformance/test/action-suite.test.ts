import type { Action } from '@homeostat/optimizer'
import { describeAction } from '../src/index.ts'

let expired: Set<number>
const BEFORE = 1000

const sweep: Action = {
  name: 'sample.sweep',
  scope: 'process',
  touches: ['cache'],
  raises: [],
  lowers: ['memory'],
  risk: 0,
  async run({ signal }) {
    let entries = 0
    for (const entry of expired) {
      if (signal.aborted) break
      expired.delete(entry)
      entries++
      await Promise.resolve()
    }
    return { summary: `removed ${entries} expired entries`, effects: { entries } }
  },
}

describeAction('the sample action', {
  prepare: () => void (expired = new Set(Array.from({ length: BEFORE }, (_, i) => i))),
  create: () => sweep,
  effect: async () => BEFORE - expired.size,
  counts: 'entries',
})
