import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { knobAction, Knobs, type Knob, type Receipt } from '@homeostat/optimizer'
import { type FleetLease } from '@homeostat/optimizer/engines'
import type { UndoPlace } from './place.ts'

export const KNOB = 'model.value'
export const BOUNDS = { min: 1, max: 1_000_000 }
/** How the set of a change goes. `late`: it takes effect after a while, without an answer before. */
export type SetFault = 'none' | 'lost' | 'hangs' | 'set hangs' | 'late' | 'forgets' | 'refused'

export interface SimulatedProcessOptions {
  readonly place: UndoPlace
  readonly stateDir: string
  readonly leaseMs: number
  readonly excludeMs: number
  /** Receives each set that took effect. */
  readonly onSet: (set: AppliedSet) => void
}

export interface AppliedSet {
  readonly by: SimulatedProcess
  readonly expected: number
  readonly next: number
  /** A response asked for it; else it is an undo. */
  readonly isChange: boolean
  /** Whether the kill switch was tripped when it was begun. */
  readonly wasStopped: boolean
  readonly hadLease: boolean
}

/** A process of a service, with the one knob of the model. Killed, it ends at once whatever it does in the world. */
export class SimulatedProcess {
  readonly knobs: Knobs
  isAlive = true
  isStopped = false
  readHangs = false
  /** The values that it was asked to set and has not tried to, and how that will go. */
  readonly #asked = new Map<number, { readonly fault: SetFault; readonly lateMs: number }>()
  readonly #options: SimulatedProcessOptions
  readonly #knob: Knob
  readonly #receipts: Receipt[] = []
  readonly #hanging = new Set<() => void>()
  #isGhost = false

  constructor(options: SimulatedProcessOptions) {
    const { place, stateDir, leaseMs, excludeMs } = options
    this.#options = options
    this.#knob = {
      name: KNOB,
      scope: place.scope,
      keptIn: place.keptIn,
      bounds: BOUNDS,
      read: () => this.#call(() => (this.readHangs ? new Promise<never>(() => {}) : place.read())),
      compareAndSet: (expected, next, lease) => this.#set(expected, next, lease) as Promise<boolean>,
    }
    const coordinator = place.coordinator?.(work => this.#call(work))
    this.knobs = new Knobs({
      knobs: [this.#knob],
      service: 'model',
      stateDir,
      coordinator,
      leaseMs,
      excludeMs,
      clock: () => 1_700_000_000_000 + performance.now(),
      isStopped: () => this.isStopped,
    })
  }

  get isChanging(): boolean {
    return this.knobs.adjusted.length > 0
  }

  start(): void {
    void this.knobs.start()
  }

  adjust(to: number, fault: SetFault, lateMs: number): void {
    this.#asked.set(to, { fault, lateMs })
    const firing = { alert: 'Model', labels: {}, annotations: {}, value: 1, since: 0 }
    const context = { firing, now: 0, sliceMs: 5, options: { to }, signal: new AbortController().signal }
    const run = knobAction(this.#knob, this.knobs).run(context)
    void run.then(receipt => receipt.undo && this.#receipts.push(receipt)).catch(() => {})
  }

  undoLast(): void {
    void this.#receipts.pop()?.undo?.({ now: 0, signal: new AbortController().signal })
  }

  renew(): void {
    for (const receipt of this.#receipts) void receipt.renew?.()
  }

  trip(): void {
    this.isStopped = true
    void this.knobs.undoAll()
  }

  /** Nothing of it goes on; its journals are those of a dead process. */
  async kill(): Promise<void> {
    this.isAlive = false
    const folder = join(this.#options.stateDir, 'model')
    const names = await readdir(folder).catch(() => [])
    const own = new RegExp(`^${process.pid}-\\d+-`)
    for (const name of names.filter(each => own.test(each)))
      await rename(join(folder, name), join(folder, name.replace(own, `${process.pid}-1-`)))
  }

  /** Lets a killed one close its files, in which it changes nothing, nor anywhere else. */
  bury(): Promise<void> {
    this.#isGhost = true
    for (const end of this.#hanging) end()
    return this.knobs.close()
  }

  #call<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#isGhost) return Promise.reject(new Error('it is dead'))
    return new Promise<T>((resolve, reject) => {
      const end = (): void => reject(new Error('it is dead'))
      this.#hanging.add(end)
      if (!this.isAlive) return
      new Promise<T>(begun => begun(work()))
        .then(
          value => this.isAlive && resolve(value),
          (error: unknown) => this.isAlive && reject(error as Error),
        )
        .finally(() => this.isAlive && this.#hanging.delete(end))
        .catch(() => {})
    })
  }

  #set(expected: number, next: number, lease: FleetLease | undefined): Promise<unknown> {
    const asked = this.#asked.get(next)
    this.#asked.delete(next)
    const { fault, lateMs } = asked ?? { fault: 'none', lateMs: 0 }
    const wasStopped = this.isStopped
    return this.#call(async () => {
      if (fault === 'refused') return false
      if (fault === 'hangs') return new Promise<never>(() => {})
      if (fault === 'late') await new Promise(resolve => setTimeout(resolve, lateMs))
      if (!this.isAlive) return new Promise<never>(() => {})
      const isSet = await this.#options.place.compareAndSet(expected, next, lease)
      if (isSet)
        this.#options.onSet({
          by: this,
          expected,
          next,
          isChange: asked !== undefined,
          wasStopped,
          hadLease: lease !== undefined,
        })
      if (fault === 'lost') throw new Error('connection reset')
      if (fault === 'set hangs') return new Promise<never>(() => {})
      return fault === 'forgets' ? undefined : isSet
    })
  }
}
