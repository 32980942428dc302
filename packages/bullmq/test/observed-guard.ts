import type { StallReceipt } from '@homeostat/optimizer'
import { BullMQInstrumentation, type BullMQInstrumentationConfig } from '../src/index.ts'
import { StallGuard } from '../src/stall-guard/stall-guard.ts'

/** An instrumentation that is on in the process of the test, and a stall guard over the workers that it observes. */
export class ObservedGuard implements Disposable {
  readonly instrumentation: BullMQInstrumentation
  readonly receipts: StallReceipt[] = []
  readonly #guard: StallGuard

  constructor(config: BullMQInstrumentationConfig) {
    this.instrumentation = new BullMQInstrumentation(config)
    const { workers, registry } = this.instrumentation
    this.#guard = new StallGuard({ workers, registry, onReceipt: receipt => this.receipts.push(receipt) })
    this.instrumentation.enable()
  }

  [Symbol.dispose](): void {
    this.#guard[Symbol.dispose]()
    this.instrumentation.disable()
  }
}
