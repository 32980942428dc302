import type { Action, Response, Rule } from '@homeostat/optimizer'
import type { Registry } from '@homeostat/signals'
import type { Habits, Swing } from './swing.ts'

/** A service in virtual time: it publishes what a real one does, and what is done to it shows in that. */
export interface SimulatedService {
  readonly registry: Registry
  readonly actions: readonly Action[]
  /** Brings it to a time since the start; returns the number that has the limit. */
  advance(elapsedMs: number): number
}

export interface ServiceOptions {
  readonly swings: readonly Swing[]
  /** Of its noise. */
  readonly random: () => number
  readonly intervalMs: number
  readonly clock: () => number
}

/** One resource, how it is loaded, and what is done about it without forecasts. */
export interface ServiceKind {
  readonly name: string
  /** The target of the forecasts. */
  readonly target: string
  readonly habits: Habits
  readonly rules: readonly Rule[]
  /** The reactive ones. */
  readonly responses: readonly Response[]
  create(options: ServiceOptions): SimulatedService
}
