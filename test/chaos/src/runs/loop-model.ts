import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ChaosRun } from '../chaos-run.ts'
import { add, checkTraces, NOTHING, type Tally } from '../loop-model/check-traces.ts'

const GOAL =
  'no trace with an action on missing data, in cooldown, with the kill switch tripped, outside of mode act or over a budget; ' +
  'one open trial a resource; what is waits for nothing preventive; every trial ends, every change is set back'
const TRACES = 100_000
const SHORT_TRACES = 300
/** Traces a thread takes at once. */
const CHUNK = 500

export const run: ChaosRun = {
  name: 'loop-model',
  about: 'the whole loop against a small independent model, on random worlds',
  async run({ short, seed, report }) {
    const first = seed * 1_000_000
    const tally = short
      ? await checkTraces(first, first + SHORT_TRACES)
      : await onAllCores(Array.from({ length: TRACES / CHUNK }, (_, chunk) => first + chunk * CHUNK))
    const { violation, ...counts } = tally
    const met = violation === undefined
    report({ run: 'loop-model', case: 'random worlds', goal: GOAL, ...counts, difference: violation ?? 'none', met })
  },
}

async function onAllCores(starts: number[]): Promise<Tally> {
  const total: Tally = { ...NOTHING }
  const all = starts.length
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('../loop-model/worker.ts', import.meta.url))
    try {
      for (let from = starts.shift(); from !== undefined && total.violation === undefined; from = starts.shift()) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage({ from, to: from + CHUNK })
        const [tally] = (await once(worker, 'message')) as [Tally]
        add(total, tally)
        if ((all - starts.length) % 10 === 0) process.stderr.write(`loop-model: ${total.traces} traces\n`)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return total
}
