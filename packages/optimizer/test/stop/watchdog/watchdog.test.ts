import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { KillSwitch, LoopBlockedError } from '../../../src/index.ts'
import { Watchdog } from '../../../src/parts.ts'
import { Cell, knobsOver, run } from '../../knobs/cell.ts'
import { Loop, relieve } from '../../loop.ts'

const LIMIT_MS = 300
const CALM_MS = 500

/** Holds the event loop for real. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** Holds it until somebody outside notices. */
function blockUntilTripped(killSwitch: KillSwitch): void {
  const until = performance.now() + 20_000
  while (!killSwitch.state.tripped && performance.now() < until);
}

let watchdog: Watchdog | undefined

afterEach(async () => {
  await watchdog?.[Symbol.asyncDispose]()
  watchdog = undefined
})

function watched(): { killSwitch: KillSwitch; faults: Error[]; told: string[] } {
  const killSwitch = new KillSwitch({})
  const faults: Error[] = []
  const told: string[] = []
  watchdog = new Watchdog({
    limitMs: LIMIT_MS,
    calmMs: CALM_MS,
    onChange: () => killSwitch.check(),
    onFault: error => faults.push(error),
  })
  killSwitch.onTrip(by => told.push(by))
  killSwitch.onReset(() => told.push('released'))
  killSwitch.add(watchdog)
  watchdog.start()
  return { killSwitch, faults, told }
}

test('a blocked event loop trips the kill switch before anything else runs, and the duration is reported afterwards', async () => {
  const { killSwitch, faults, told } = watched()
  expect(killSwitch.state).toEqual({ tripped: false })

  blockUntilTripped(killSwitch)
  // Still in the turn that blocked: no timer, no tick and no promise has run since.
  const { state } = killSwitch
  expect(state).toMatchObject({ tripped: true, by: expect.stringMatching(/^the watchdog: .* blocked for \d+\.\d s$/) })
  expect(told).toEqual([])

  await vi.waitFor(() => expect(told).toHaveLength(1))
  expect(killSwitch.signal.aborted).toBe(true)
  expect(faults).toHaveLength(1)
  const [fault] = faults
  expect(fault).toBeInstanceOf(LoopBlockedError)
  expect((fault as LoopBlockedError).blockedMs).toBeGreaterThanOrEqual(LIMIT_MS)
  expect(fault?.message).toMatch(/^the event loop was blocked for \d+ ms since \d{4}-.*Z, more than the 300 ms /)
})

test('it is released by itself once the loop has run well for a while, and not by reset()', async () => {
  const { killSwitch, told } = watched()
  blockUntilTripped(killSwitch)
  killSwitch.check()
  killSwitch.reset()
  expect(killSwitch.state.tripped).toBe(true)

  await sleep(CALM_MS / 2)
  // Late by more than half the limit: the calm begins anew.
  block(0.7 * LIMIT_MS)
  const lateAt = performance.now()
  await vi.waitFor(() => expect(told).toEqual([expect.stringContaining('the watchdog'), 'released']), {
    timeout: 20_000,
  })
  expect(performance.now() - lateAt).toBeGreaterThanOrEqual(CALM_MS)
  expect(killSwitch.state).toEqual({ tripped: false })

  blockUntilTripped(killSwitch)
  expect(killSwitch.state.tripped).toBe(true)
})

test.each([
  [true, 8],
  [false, 16],
])('a knob that was about to be set when the loop blocked is left alone: %s', async (isAsked, left) => {
  const { killSwitch } = watched()
  const cell = new Cell(8)
  // The loop blocks between the look at the value and the set.
  const read = (): number => {
    if (cell.sets.length === 0) blockUntilTripped(killSwitch)
    return cell.value
  }
  const knob = { ...cell.knob, read }
  const knobs = knobsOver(knob, { isStopped: () => isAsked && killSwitch.state.tripped })

  await run(knob, knobs, { to: 16 })

  expect(cell.value).toBe(left)
})

test('a lasting change is reverted once the loop runs again, without waiting for a tick, and the ledger has the reason', async () => {
  const { killSwitch } = watched()
  let isOpen = false
  const open = relieve(async () => {
    isOpen = true
    const undo = async () => ((isOpen = false), { result: 'restored' } as const)
    return { summary: 'opened the valve', effects: { valves: 1 }, undo }
  })
  const loop = new Loop({ killSwitch, actions: [open] })
  await loop.run(15_000, () => 0.9)
  expect(isOpen).toBe(true)

  blockUntilTripped(killSwitch)
  await vi.waitFor(() => expect(isOpen).toBe(false), { timeout: 20_000 })

  const entries = await loop.run(25_000, () => 0.9)
  expect(entries.flatMap(({ reverted }) => reverted)).toMatchObject([{ reverted: { result: 'restored' } }])
  expect(entries.at(-1)).toMatchObject({ mode: 'off', refusals: [{ reason: 'kill switch' }] })
  expect(entries.at(-1)?.refusals[0]?.detail).toMatch(/^tripped by the watchdog: the event loop was blocked for /)
})
