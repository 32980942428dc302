import { METRIC_NAME } from '../words/labels.ts'
import type { Store } from '../store/store.ts'
import type { RuleTest } from './rule-test.ts'

/** Appends a test's input samples as time passes; call it with rising times. */
export function seriesFeed(test: RuleTest, store: Store): (untilMs: number) => void {
  const inputs = test.series.map(({ labels, points }) => {
    const { [METRIC_NAME]: name = '', ...rest } = Object.fromEntries(labels)
    return { handle: store.series({ name, labels: rest }), points }
  })
  let next = 0
  return untilMs => {
    for (; next * test.intervalMs <= untilMs; next++) {
      const at = test.startMs + next * test.intervalMs
      for (const { handle, points } of inputs) {
        const point = points[next]
        if (point === 'stale') handle.markStale(at)
        else if (point !== undefined) handle.append(at, point)
      }
    }
  }
}
