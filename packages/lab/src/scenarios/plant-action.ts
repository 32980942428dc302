import type { Action, Receipt, UndoResult } from '@homeostat/optimizer'
import type { PlantActionSpec, PlantEffect } from './plant-spec.ts'

interface Run {
  readonly doneAtMs: number
  undoneAtMs?: number
}

/** An action of a plant, its runs, and their effects over time. */
export class PlantAction {
  readonly action: Action
  readonly #spec: PlantActionSpec
  readonly #elapsedMs: () => number
  readonly #runs: Run[] = []
  readonly #waiting: { readonly untilMs: number; readonly finish: () => void }[] = []

  constructor(spec: PlantActionSpec, elapsedMs: () => number) {
    const { name, scope, touches, raises, lowers, risk, disruptive } = spec
    this.#spec = spec
    this.#elapsedMs = elapsedMs
    const run: Action['run'] = ({ signal }) => this.#run(signal)
    this.action = { name, scope, touches, raises, lowers, risk, disruptive, run }
  }

  /** Ends the runs that have taken their time. */
  advance(): void {
    const now = this.#elapsedMs()
    for (const { untilMs, finish } of this.#waiting) if (now >= untilMs) finish()
  }

  /** The factor of its effects on a series at a time. */
  factorAt(series: { readonly name: string; readonly labels: PlantEffect['labels'] }, atMs: number): number {
    return this.#spec.effects
      .filter(effect => isOn(effect, series) && this.#runs.some(run => holds(effect, run, atMs)))
      .reduce((product, { factor }) => product * factor, 1)
  }

  async #run(signal: AbortSignal): Promise<Receipt> {
    const { name, receipt, takesMs, isLasting } = this.#spec
    if (takesMs > 0) await this.#wait(takesMs, signal)
    if (receipt === 'failure') throw new Error(`${name} failed, as the scenario has it`)
    if (receipt === 'nothing') return { summary: 'found nothing to do', effects: {} }
    const run: Run = { doneAtMs: this.#elapsedMs() }
    this.#runs.push(run)
    const done = { summary: 'done', effects: { runs: 1 } }
    return isLasting ? { ...done, undo: async () => this.#undo(run) } : done
  }

  #undo(run: Run): UndoResult {
    const { undo } = this.#spec
    if (undo === 'failed') return { result: undo, error: 'as the scenario has it' }
    if (undo === 'superseded') return { result: undo, detail: 'somebody else changed it, as the scenario has it' }
    run.undoneAtMs = this.#elapsedMs()
    return { result: undo }
  }

  #wait(forMs: number, signal: AbortSignal): Promise<void> {
    const untilMs = this.#elapsedMs() + forMs
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason)
      const finish = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const waiting = { untilMs, finish }
      this.#waiting.push(waiting)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}

function isOn(effect: PlantEffect, series: Parameters<PlantAction['factorAt']>[0]): boolean {
  if (effect.series !== series.name) return false
  return Object.entries(effect.labels).every(([name, value]) => series.labels[name] === value)
}

function holds(
  { afterMs, forMs = Infinity }: PlantEffect,
  { doneAtMs, undoneAtMs = Infinity }: Run,
  atMs: number,
): boolean {
  const from = doneAtMs + afterMs
  return atMs >= from && atMs < Math.min(from + forMs, undoneAtMs + afterMs)
}
