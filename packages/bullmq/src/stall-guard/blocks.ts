import { after, BoundedMap, nextTurn } from '@homeostat/signals'
import type { Block } from './block-report.ts'
import type { TokenRenewals } from './thread/messages.ts'

/** Blocks that wait for the thread's news. */
const MOST_WAITING = 16
/** The thread reports a block at its first look after it. One that has died reports none. */
const NEWS_WAIT_MS = 200
/** Waits for news. A loop that is blocked again runs a timer before it reads the news that came meanwhile, so one is not enough. */
const NEWS_WAITS = 10

/** A block that is over, and what the threads did and saw in it. */
export interface ReportedBlock {
  readonly block: Block
  readonly renewals: readonly TokenRenewals[]
  readonly frame: string | undefined
}

/** Puts together what the loop and the threads know of one block. */
export class Blocks {
  readonly #onReported: (reported: ReportedBlock) => void
  readonly #waiting = new BoundedMap<number, Block>(MOST_WAITING)
  readonly #frames = new BoundedMap<number, string>(MOST_WAITING)

  constructor(onReported: (reported: ReportedBlock) => void) {
    this.#onReported = onReported
  }

  /** The loop is back. The thread sees that in the pulse, so its news come later. */
  over(block: Block): void {
    this.#waiting.set(block.beat, block)
    if (!block.isRenewing) return this.renewed(block.beat, [])
    this.#await(block, NEWS_WAITS)
  }

  /** The thread has reported what it did. */
  renewed(beat: number, renewals: readonly TokenRenewals[]): void {
    const block = this.#waiting.get(beat)
    if (block === undefined) return
    this.#waiting.delete(beat)
    void this.#report(block, renewals)
  }

  /** The stack was read while the loop was blocked. */
  witnessed(beat: number, frame: string): void {
    this.#frames.set(beat, frame)
  }

  /** The thread that reads the stack may have sent its news first, and be read last: both came while the loop was blocked. */
  async #report(block: Block, renewals: readonly TokenRenewals[]): Promise<void> {
    await nextTurn()
    await nextTurn()
    this.#onReported({ block, renewals, frame: this.#frames.get(block.beat) })
  }

  #await(block: Block, waits: number): void {
    after(NEWS_WAIT_MS, () => {
      if (this.#waiting.get(block.beat) !== block) return
      if (waits > 1) this.#await(block, waits - 1)
      else this.renewed(block.beat, [])
    })
  }
}
