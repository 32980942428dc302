import { bullmq, type StallGuard, type StallReceipt } from '@homeostat/bullmq/domain'
import type { Mode } from '@homeostat/optimizer'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readHomeostatOptions } from '../../src/options/read-options.ts'
import { homeostat, type Homeostat, type HomeostatOptions } from '../../src/index.ts'

const RECEIPT: StallReceipt = {
  at: Date.now(),
  blockedMs: 12_000,
  frame: 'renderPdf (pdf.js:12:7)',
  rescued: [{ queue: 'reports', job: 'pdf', outcome: 'kept', jobs: 1, renewals: 3, doomedMs: 2000 }],
}

let running: Homeostat | undefined
const written = { info: vi.fn(), warn: vi.fn() }

beforeEach(() => {
  written.info.mockClear()
  written.warn.mockClear()
})
afterEach(() => running?.stop())

/** The calls that a guard gets, without a guard. */
class Told {
  modes: Mode[] = []
  #mode: () => Mode = () => 'off'
  #listener: (receipt: StallReceipt) => void = () => {}

  govern(mode: () => Mode): void {
    this.#mode = mode
    this.recheck()
  }
  recheck(): void {
    this.modes.push(this.#mode())
  }
  on(listener: (receipt: StallReceipt) => void): Disposable {
    this.#listener = listener
    return { [Symbol.dispose]: () => {} }
  }
  finish(receipt: StallReceipt): void {
    this.#listener(receipt)
  }
  get now(): Mode {
    return this.#mode()
  }
}

function start(options: HomeostatOptions): { readonly h: Homeostat; readonly guard: Told } {
  const guard = new Told()
  // In place of the package's own domain.
  const own = { ...bullmq(), stallGuard: guard as unknown as StallGuard }
  const h = (running = homeostat({ autoStart: false, log: written, domains: [own], ...options }))
  return { h, guard }
}

it('it has the mode of its package, and counts by default', () => {
  expect(start({}).guard.now).toBe('advise')
  expect(start({ mode: 'act' }).guard.now).toBe('act')
  expect(start({ mode: 'act', maxMode: 'shadow' }).guard.now).toBe('shadow')
})

it('the kill switch stops it at once, and it goes on counting', () => {
  const { h, guard } = start({ mode: 'act' })
  h.disable('an operator')
  expect(guard.modes).toEqual(['act', 'advise'])
  h.enable()
  expect(guard.modes).toEqual(['act', 'advise', 'act'])
})

it('the watchdog, which a blocked loop trips, does not stop it', () => {
  const { h, guard } = start({ mode: 'act' })
  let by: string | undefined = 'the watchdog: the event loop was blocked for 12.0 s'
  h.optimizer.killSwitch.add({ trippedBy: () => by })
  expect(h.mode).toBe('off')
  expect(guard.now).toBe('act')
  h.disable('an operator as well')
  expect(guard.now).toBe('advise')
  by = undefined
})

it('a receipt is a line of the log, and in the report', async () => {
  const { h, guard } = start({ mode: 'act' })
  guard.finish(RECEIPT)
  const line =
    'the event loop was blocked for 12.0 s in renderPdf (pdf.js:12:7): the stall guard kept the lock of 1 job "pdf" of the queue "reports" (3 renewals; it would have expired after 2.0 s)'
  expect(h.report().stalls).toEqual([{ ...RECEIPT, line }])
  expect(String(h.report())).toContain(`blocked jobs:\n  ${line}`)
  await vi.waitFor(() => expect(written.info).toHaveBeenCalledWith(`homeostat: ${line}`))
  guard.finish({ ...RECEIPT, rescued: [{ ...RECEIPT.rescued[0]!, outcome: 'gave_up' }] })
  await vi.waitFor(() =>
    expect(written.warn).toHaveBeenCalledWith(expect.stringContaining('gave up the lock of 1 job')),
  )
  for (let i = 0; i < 30; i++) guard.finish(RECEIPT)
  expect(h.report().stalls).toHaveLength(20)
})

it('it is off by default, and the option and its variables turn it on', () => {
  expect(bullmq().stallGuard).toBeUndefined()
  expect(bullmq({ stallGuard: true }).stallGuard?.limitMs).toBe(60_000)
  expect(bullmq({ stallGuard: { limitMs: 5000 } }).stallGuard?.limitMs).toBe(5000)
  expect(bullmq({ stallGuard: false }).stallGuard).toBeUndefined()
  const read = (environment: Record<string, string>): unknown => readHomeostatOptions({ environment }).options.bullmq
  expect(read({ HOMEOSTAT_BULLMQ_STALL_GUARD: 'true' })).toEqual({ stallGuard: true })
  expect(read({ HOMEOSTAT_BULLMQ_STALL_GUARD_LIMIT_MS: '5000' })).toEqual({ stallGuard: { limitMs: 5000 } })
})
