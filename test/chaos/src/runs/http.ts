import type { ChaosRun } from '../chaos-run.ts'
import { breakerRows } from '../http/breaker-rows.ts'
import { compressionRows } from '../http/compression-rows.ts'
import { quietRows } from '../http/quiet-rows.ts'
import { sheddingRows } from '../http/shedding-rows.ts'
import { warmingRows } from '../http/warming-rows.ts'

/** HTTP: circuit breakers, compression, popular content at the edge, and load shedding. */
export const run: ChaosRun = {
  name: 'http',
  about:
    'circuit breakers around calls to a peer that hangs, and to a noisy one; compressed bodies while levels change, and what levels cost; popular content at the edge after a purge; load shedding at up to four times the capacity',
  async run(options) {
    await breakerRows(options)
    await compressionRows(options)
    await warmingRows(options)
    await sheddingRows(options)
    await quietRows(options)
  },
}
