import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ActionContext, Bounds, Knob, KnobOptions, KnobsOptions, Receipt } from '../../src/index.ts'
import { knobAction, Knobs } from '../../src/index.ts'

/** 2026-01-01, so that a zero in a test is never a time by accident. */
export const START = Date.UTC(2026, 0, 1)

/** A value that outlives the knobs over it, as one in a file outlives its process. */
export class Cell {
  value: number
  readonly knob: Knob
  /** Every value that was set through the knob. */
  readonly sets: number[] = []
  /** Called between the last look at the value and the set. */
  beforeSet: (next: number) => void | Promise<void> = () => {}

  constructor(value = 8, bounds: Bounds<number> = { min: 1, max: 20 }, more: Partial<Knob> = {}) {
    this.value = value
    this.knob = {
      name: 'worker.concurrency',
      scope: 'process',
      bounds,
      read: () => this.value,
      compareAndSet: async (expected, next) => {
        await this.beforeSet(next)
        if (this.value !== expected) return false
        this.value = next
        this.sets.push(next)
        return true
      },
      ...more,
    }
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-knobs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Knobs of one process. */
export function knobsOver(knob: Knob, options: Partial<KnobsOptions> = {}): Knobs {
  const stateDir = options.stateDir ?? temporaryFolder()
  const knobs = new Knobs({ knobs: [knob], service: 'shop', stateDir, clock: () => START, ...options })
  onTestFinished(() => knobs.close())
  return knobs
}

export function run(
  knob: Knob,
  knobs: Knobs,
  options: KnobOptions,
  more?: Partial<ActionContext<KnobOptions>>,
): Promise<Receipt> {
  return knobAction(knob, knobs).run({
    firing: { alert: 'CpuHigh', labels: {}, annotations: {}, value: 1, since: START },
    now: START,
    signal: AbortSignal.timeout(10_000),
    sliceMs: 5,
    options,
    ...more,
  })
}

/** What an undo is given by a loop that has time. */
export function atLeisure(): { now: number; signal: AbortSignal } {
  return { now: START, signal: AbortSignal.timeout(10_000) }
}
