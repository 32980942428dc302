import { parentPort } from 'node:worker_threads'
import { tally, type Tally } from './tally.ts'
import { verdictCases } from './verdict-case.ts'

export interface Chunk {
  readonly index: number
  readonly scale: number
  readonly seed: number
  readonly from: number
  readonly to: number
}

export interface Counted {
  readonly index: number
  readonly counts: Tally
}

parentPort?.on('message', (chunk: Chunk) => void count(chunk))

async function count({ index, scale, seed, from, to }: Chunk): Promise<void> {
  const counted: Counted = { index, counts: await tally(verdictCases(scale)[index]!, seed, from, to) }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(counted)
}
