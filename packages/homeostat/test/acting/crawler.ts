import type { Knob, Response } from '../../src/index.ts'

/** A worker whose concurrency anybody may set. */
export class Worker {
  concurrency = 8
  readonly knob: Knob = {
    name: 'crawler.concurrency',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 1, max: 50, grain: 1 },
    touches: ['queue'],
    read: () => this.concurrency,
    compareAndSet: (expected, next) => {
      if (this.concurrency !== expected) return false
      this.concurrency = next
      return true
    },
  }
}

/** An alert that always fires. */
export const always = { alert: 'Always', expr: 'vector(1)' }
/** Halves the concurrency of the worker while the alert fires. */
export const halve: Response[] = [
  { to: { alert: 'Always' }, action: 'crawler.concurrency', options: { factor: 0.5 }, priority: 'slo' },
]
