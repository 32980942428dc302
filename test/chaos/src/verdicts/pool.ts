import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Tally } from './tally.ts'
import type { VerdictCase } from './verdict-case.ts'
import type { Chunk, Counted } from './worker.ts'

/** Histories that a worker takes at once. */
const CHUNK = 100

/** Counts all cases on all cores, tells of each as soon as it is complete, and on stderr how far it is. */
export async function tallyAll(
  cases: readonly VerdictCase[],
  scale: number,
  seed: number,
  complete: (one: VerdictCase, counts: Tally) => void,
): Promise<void> {
  const totals: Tally[] = cases.map(() => ({}))
  const chunks = cases.flatMap(({ histories }, index) =>
    Array.from({ length: Math.ceil(histories / CHUNK) }, (_, part): Chunk => ({
      index,
      scale,
      seed,
      from: part * CHUNK,
      to: Math.min(histories, (part + 1) * CHUNK),
    })),
  )
  const all = chunks.length
  let done = 0
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url))
    try {
      for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(chunk)
        const [counted] = (await once(worker, 'message')) as [Counted]
        const [one, total] = [cases[counted.index]!, totals[counted.index]!]
        addTo(total, counted.counts)
        if (total['histories'] === one.histories) complete(one, total)
        if (++done % 20 === 0 || done === all) process.stderr.write(`verdicts: ${done} of ${all} parts\n`)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(all, availableParallelism()) }, work))
}

function addTo(total: Tally, counts: Tally): void {
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count
}
