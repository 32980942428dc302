import { PROOF_ALERT } from '../words/proof-news.ts'
import { describeThrown, ownMessage } from '@homeostat/signals'
import type { Change } from '../actions/change.ts'
import type { Reverter } from '../actions/reverter.ts'
import { switchedReceipt } from '../actions/switched-action.ts'
import type { Program } from '../alerts/program.ts'
import { touchedBy, touchesAny, type Action } from '../words/action.ts'
import type { Firing } from '../words/firing.ts'
import type { Receipt, UndoResult } from '../words/receipt.ts'
import type { Response } from '../words/response.ts'
import { TrialGuards, type GuardLook, type GuardPace } from './trial-guards.ts'

/** What a person wants to try. */
export interface ProofRequest {
  /** What is switched on and off; its own options, and the guards that end it, are those of the response. */
  readonly action: Action
  readonly response: Response
  /** Switched beside it, in an order of its own; it does nothing. */
  readonly placebo: Action
  readonly placeboOptions: unknown
  /** Called once, when the loop ends the proof. Everything is being reverted by then. */
  onEnded(why: 'guard' | 'kill switch' | 'lost', detail: string): void
}

/** What a proof needs of the loop. */
export interface ProofSurroundings extends GuardPace {
  readonly reverter: Reverter
  readonly clock: () => number
}

/** An action receives a firing; here a person stands behind it and no alert. */
export function firingOfProof(now: number): Firing {
  return { alert: PROOF_ALERT, labels: {}, annotations: {}, value: 1, since: now }
}

/**
 * A switchback that a person runs beside the loop. While it is open, nothing of the loop works on the same resources, its guards are read as
 * those of a trial, and the kill switch ends it. When it switches is for its owner to say.
 */
export class OpenProof {
  /** For people: `prove#1`. */
  readonly id: string
  /** The one it began under. */
  readonly program: Program
  readonly #request: ProofRequest
  readonly #guards: TrialGuards
  readonly #reverter: Reverter
  readonly #knob: Change
  readonly #placebo: Change
  /** Why the last run of each action has changed nothing. */
  readonly #problems = new Map<string, string | undefined>()
  /** The actions whose last switch has failed. */
  readonly #stuck = new Set<string>()
  #reverted: Promise<readonly UndoResult[]> | undefined

  constructor(id: string, request: ProofRequest, program: Program, { reverter, clock, ...pace }: ProofSurroundings) {
    const { action, response, placebo, placeboOptions } = request
    const startedAt = clock()
    this.id = id
    this.program = program
    this.#request = request
    this.#reverter = reverter
    this.#guards = new TrialGuards({ arm: 'act', labels: {}, startedAt, response }, program, pace)
    this.#knob = this.#changeOf(action, response.options, startedAt)
    this.#placebo = this.#changeOf(placebo, placeboOptions, startedAt)
  }

  /** Whether an action works on the resources of the proof. */
  holds(action: Action): boolean {
    const { action: own, placebo } = this.#request
    return [own, placebo].some(each => each.name === action.name || touchesAny(action, touchedBy(each)))
  }

  /** Why a switch has changed nothing, in one line, where the action said so. */
  get problem(): string | undefined {
    return [...this.#problems.values()].find(problem => problem !== undefined)
  }

  get isOver(): boolean {
    return this.#reverted !== undefined
  }

  /**
   * Switches both, each after its earlier switches. Never rejects.
   *
   * @param isRepeated also where it was switched so before, because that switch may have failed
   */
  async switch(isKnobOn: boolean, isPlaceboOn: boolean, isRepeated = false): Promise<void> {
    if (this.isOver) return
    await Promise.all([this.#knob.switch(isKnobOn, isRepeated), this.#placebo.switch(isPlaceboOn, isRepeated)])
  }

  /** Prolongs the leases of what is on. */
  renew(): void {
    if (this.isOver) return
    const { action, placebo } = this.#request
    for (const [change, { name }] of [
      [this.#knob, action],
      [this.#placebo, placebo],
    ] as const)
      change.renew(() => {
        // One that could not be switched off has given up its lease, and whoever owns the proof knows why.
        if (!this.#stuck.has(name)) this.#endBy('lost', `the lease of ${name} was lost, or somebody else has set it`)
      })
  }

  /** The guards that are to be read between two ticks. */
  get close(): TrialGuards['close'] {
    return this.isOver ? [] : this.#guards.close
  }

  /** What its guards cannot see, one line each. */
  get blindSpots(): readonly string[] {
    return this.#guards.blindSpots
  }

  /** Reads the guards; a breach ends the proof. Returns whether there was one. */
  observe(look: GuardLook): boolean {
    if (this.isOver) return false
    const reason = this.#guards.observe(look)
    if (reason !== undefined) this.#endBy('guard', `a guard was breached: ${reason}`)
    return reason !== undefined
  }

  kill(by: string): void {
    this.#endBy('kill switch', `ended by the kill switch (${by})`)
  }

  /** Reverts knob and placebo, for good. Never rejects; calling it twice is harmless. */
  end(): Promise<readonly UndoResult[]> {
    this.#reverted ??= Promise.all([this.#knob, this.#placebo].map(change => this.#undone(change)))
    return this.#reverted
  }

  #endBy(why: 'guard' | 'kill switch' | 'lost', detail: string): void {
    if (this.isOver) return
    void this.end()
    this.#request.onEnded(why, detail)
  }

  #undone(change: Change): Promise<UndoResult> {
    return new Promise(resolve => this.#reverter.revert(change, resolve))
  }

  /** Remembers why a switch has failed. */
  #watched(name: string, receipt: Receipt): Receipt {
    return {
      ...receipt,
      switch: async (isOn, context) => {
        this.#problems.delete(name)
        try {
          await receipt.switch!(isOn, context)
          this.#stuck.delete(name)
        } catch (error) {
          this.#stuck.add(name)
          this.#problems.set(name, ownMessage(error) ?? describeThrown(error))
          throw error
        }
      },
    }
  }

  #changeOf(action: Action, options: unknown, now: number): Change {
    const watched: Action = {
      ...action,
      run: async context => {
        const receipt = await action.run(context)
        this.#problems.set(action.name, receipt.problems?.[0])
        return receipt
      },
    }
    const { signal } = new AbortController()
    const context = { firing: firingOfProof(now), options, now, signal, sliceMs: 2 }
    return this.#reverter.changeOf(action.name, this.#watched(action.name, switchedReceipt(watched, context)))
  }
}
