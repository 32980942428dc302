import type { Faults, Steps } from '@homeostat/signals'
import { DEFAULT_TIMEOUT_MS } from '../actions/runner.ts'
import type { Program } from '../alerts/program.ts'
import type { DecisionInput } from '../decisions/decide.ts'
import { gates } from '../decisions/gates/gates.ts'
import { preemptedBy, rivalOf } from '../decisions/yielding.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { leaseTarget } from '../fleet/lease-key.ts'
import type { GrantedPermit, Permit } from '../fleet/permit.ts'
import type { KillSwitch } from '../stop/kill-switch.ts'
import { alertKey } from '../words/alert-key.ts'
import type { Decision, Due, Proposal, Refusal } from '../words/decision.ts'
import type { Mode } from '../words/mode.ts'
import { modeOfResponse } from '../words/mode.ts'
import { isEmptyReceipt } from '../words/receipt.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
import type { RunningTrial, SettlingTrial } from '../words/trial.ts'
import { planTrial, verifyingTimes } from '../words/trial-design.ts'
import type { TrialHistories } from './trial-history.ts'
import type { Trials } from './trials.ts'

/** Refusals that are checked between two rests. */
const REFUSALS_OF_STEP = 32

/** What came of the proposals that were due. */
export interface Launched {
  readonly decisions: readonly Decision[]
  readonly refusals: readonly Refusal[]
  readonly started: readonly RunningTrial[]
  readonly withheld: readonly SettlingTrial[]
}

/** A proposal that is due, and what else could have been done. */
type Asked = Due & Pick<Decision, 'alternatives'>

export interface LauncherOptions {
  readonly fleet: Fleet
  readonly trials: Trials
  readonly histories: TrialHistories
  readonly killSwitch: KillSwitch
  readonly modeOf: (action: string) => Mode
  readonly clock: () => number
  readonly faults: Faults
}

/**
 * Turns due proposals into trials: asks the fleet where others are concerned, draws the arm, and begins. An action that concerns only
 * this process begins at once. One that needs a lease begins when the lease is granted, and is reported with the next tick.
 */
export class Launcher {
  readonly #options: LauncherOptions
  readonly #asked = new Map<Proposal, Promise<unknown>>()
  readonly #running = new Set<Promise<SettlingTrial>>()
  /** The callers that wait for the runs that begin; see {@link gather}. */
  readonly #gatherings = new Set<Promise<SettlingTrial>[]>()
  /** The latest, by which a proposal is checked again that has waited for its lease. */
  #situation: Pick<DecisionInput, 'firings' | 'unmetOf'> = { firings: [], unmetOf: () => undefined }
  #decisions: Decision[] = []
  #refusals: Refusal[] = []
  #started: RunningTrial[] = []
  #withheld: SettlingTrial[] = []

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  /** Proposals whose lease was asked for and that have not begun yet. */
  get asked(): readonly Proposal[] {
    return [...this.#asked.keys()]
  }

  /** Clears the way for what is due: ends what yields to it, begins the shadows, and reads baselines ahead. */
  *prepare(due: readonly Due[], refusals: readonly Refusal[], program: Program, now: number): Steps<void> {
    const { trials } = this.#options
    let looked = 0
    for (const { firing, response, wouldRun, preempts } of refusals) {
      if (++looked % REFUSALS_OF_STEP === 0) yield
      if (!response) continue
      const shadow = wouldRun && trials.shadowOf({ firing, response, action: wouldRun }, program, now)
      if (shadow) yield* trials.shadow(shadow, program, now)
      if (preempts) trials.preempt(preempts, preemptedBy(firing.alert, response.action), now)
    }
    for (const { response, firing } of due)
      if (response.expect) yield* program.measurement.baselineAhead(response.expect, firing.labels, now)
  }

  /** Begins what is due; returns that and whatever else has begun since it was last called. */
  launch(due: readonly Due[], refusals: readonly Refusal[], program: Program, situation: DecisionInput): Launched {
    this.#situation = situation
    for (const one of due) {
      const alternatives = refusals.filter(({ firing }) => firing === one.firing)
      const proposal: Asked = { ...one, alternatives }
      if (proposal.action.scope === 'process' && !proposal.action.disruptive)
        this.#begin(proposal, program, situation.now)
      else this.#ask(proposal, program)
    }
    const launched = {
      decisions: this.#decisions,
      refusals: this.#refusals,
      started: this.#started,
      withheld: this.#withheld,
    }
    this.#decisions = []
    this.#refusals = []
    this.#started = []
    this.#withheld = []
    return launched
  }

  /**
   * Gathers what runs and what begins from now on. The result waits until all that was asked for has begun or been refused, and all
   * that was gathered is over. Nothing more is gathered once it was called.
   */
  gather(): () => Promise<SettlingTrial[]> {
    const gathered = [...this.#running]
    this.#gatherings.add(gathered)
    return async () => {
      await Promise.all(this.#asked.values())
      this.#gatherings.delete(gathered)
      return Promise.all(gathered)
    }
  }

  #ask(proposal: Asked, program: Program): void {
    const { fleet, faults, histories } = this.#options
    const { firing, response, action } = proposal
    const { timeoutMs = DEFAULT_TIMEOUT_MS, cooldownMs = DEFAULT_COOLDOWN_MS } = response
    const target = leaseTarget(action, firing)
    const version = program.versionOf(firing.alert, response)
    const { leastPairs } = histories.of({ alert: firing.alert, action: action.name, version, response })
    const design = planTrial(response, { now: 0, random: () => 0, leastPairs })
    const { from, until } = verifyingTimes({ startedAt: 0, response, ...(design && { design }) })
    // No other process may touch it while this one still measures the effect.
    const epochMs = Math.max(cooldownMs, 2 * until - from)
    const asking = fleet
      .acquire(action, { ...(target !== undefined && { target }), timeoutMs, epochMs })
      .then(permit => this.#answered(proposal, program, permit))
      .catch((error: unknown) => faults.report('action', error))
      .finally(() => this.#asked.delete(proposal))
    this.#asked.set(proposal, asking)
  }

  #answered(proposal: Asked, program: Program, permit: Permit): void {
    const { firing, response } = proposal
    // While the fleet was asked the alert may have ended, or somebody may have switched acting off.
    const reason = permit.granted ? this.#whyNoMore(proposal) : permit.reason
    if (permit.granted && reason === undefined) return this.#begin(proposal, program, this.#options.clock(), permit)
    if (permit.granted) void permit.end('nothing')
    this.#refusals.push({ kind: 'refusal', firing, response, reason: 'lease', detail: reason ?? 'it was not granted' })
  }

  /** Why a proposal that waited for its lease is not to be carried out any more; undefined when it is. */
  #whyNoMore(proposal: Proposal): string | undefined {
    const { firing, response } = proposal
    const { killSwitch, modeOf, trials } = this.#options
    const { firings, unmetOf } = this.#situation
    const { state } = killSwitch
    if (state.tripped) return `the kill switch was tripped by ${state.by} meanwhile`
    const mode = modeOfResponse(response, modeOf)
    if (mode !== 'act') return `the mode has become ${mode}`
    const key = alertKey(firing)
    const current = firings.find(candidate => alertKey(candidate) === key)
    if (!current) return 'its alert had ended when the lease was granted'
    if (current.keptSince !== undefined) return 'its condition no longer held when the lease was granted'
    const rival = rivalOf(proposal, trials.open, this.asked)
    return rival === undefined ? unmetOf(proposal) : `${rival} on the same resource goes first`
  }

  #begin({ alternatives, ...proposal }: Asked, program: Program, now: number, permit?: GrantedPermit): void {
    const { trials, histories } = this.#options
    const { firing, response, action } = proposal
    const version = program.versionOf(firing.alert, response)
    const history = histories.of({ alert: firing.alert, action: action.name, version, response })
    const design = history.takeDesign(now)
    const decision: Decision = {
      ...proposal,
      kind: 'decision',
      // A trial that answers by itself has its controls inside.
      arm: design ? 'act' : history.draw(),
      ...(design && { design }),
      version,
      gates: gates.map(({ reason }) => reason),
      alternatives,
    }
    const begun = trials.begin(decision, program, now, permit)
    this.#decisions.push(decision)
    if ('done' in begun) {
      this.#started.push(begun.trial)
      this.#follow(begun.done, permit)
    } else {
      this.#withheld.push(begun.trial)
      // Others wait as long as after a run; only a slot, which nobody needs now, is free again.
      void permit?.end('acted')
    }
  }

  #follow(done: Promise<SettlingTrial>, permit: GrantedPermit | undefined): void {
    const run = done.finally(() => this.#running.delete(run))
    this.#running.add(run)
    for (const gathered of this.#gatherings) gathered.push(run)
    void run
      .then(trial => permit?.end(hasActed(trial) ? 'acted' : 'nothing'))
      .catch((error: unknown) => this.#options.faults.report('action', error))
  }
}

function hasActed({ outcome }: SettlingTrial): boolean {
  if (outcome.status === 'withheld') return false
  return outcome.status !== 'completed' || !isEmptyReceipt(outcome.receipt)
}
