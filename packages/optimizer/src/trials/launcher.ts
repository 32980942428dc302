import type { Faults } from '@homeostat/signals'
import type { Decision, Due, Proposal, Refusal } from '../words/decision.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { gates } from '../decisions/gates/gates.ts'
import type { GrantedPermit, Permit } from '../fleet/permit.ts'
import { DEFAULT_TIMEOUT_MS } from '../actions/runner.ts'
import { leaseTarget } from '../fleet/lease-target.ts'
import type { Program } from '../alerts/program.ts'
import { isEmptyReceipt } from '../words/receipt.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
import type { Supervision } from './supervision.ts'
import type { RunningTrial, SettlingTrial, Trial } from '../words/trial.ts'
import { planTrial } from '../words/trial-design.ts'
import { verifyingTimes } from './trials.ts'

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
  readonly supervision: Supervision
  readonly clock: () => number
  readonly faults: Faults
  /** Why a proposal that waited for its lease is not to be carried out any more; undefined when it is. */
  readonly recheck: (proposal: Proposal) => string | undefined
}

/**
 * Turns what is due into trials: asks the fleet where others are concerned, draws the arm, and begins. What concerns only
 * this process begins at once; what needs a lease begins as soon as it is granted and is told with the next tick.
 */
export class Launcher {
  readonly #options: LauncherOptions
  readonly #asked = new Map<Proposal, Promise<unknown>>()
  readonly #running = new Set<Promise<SettlingTrial>>()
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

  /** Begins what is due; returns that and whatever else has begun since it was last called. */
  launch(due: readonly Due[], refusals: readonly Refusal[], program: Program, now: number): Launched {
    for (const one of due) {
      const alternatives = refusals.filter(({ firing }) => firing === one.firing)
      const proposal: Asked = { ...one, alternatives }
      if (proposal.action.scope === 'process' && !proposal.action.disruptive) this.#begin(proposal, program, now)
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

  /** Waits until all that was asked for has begun or been refused, and all that runs is over. */
  async settled(): Promise<SettlingTrial[]> {
    await Promise.all(this.#asked.values())
    return Promise.all(this.#running)
  }

  #ask(proposal: Asked, program: Program): void {
    const { fleet, faults } = this.#options
    const { firing, response, action } = proposal
    const { timeoutMs = DEFAULT_TIMEOUT_MS, cooldownMs = DEFAULT_COOLDOWN_MS } = response
    const target = leaseTarget(action, firing)
    const design = planTrial(response, 0, () => 0)
    const { from, until } = verifyingTimes({ startedAt: 0, response, ...(design && { design }) })
    // Nobody else may touch it while this process still looks what came of it.
    const epochMs = Math.max(cooldownMs, 2 * until - from)
    const asking = fleet
      .acquire(action, { ...(target !== undefined && { target }), timeoutMs, epochMs })
      .then(permit => this.#answered(proposal, program, permit))
      .catch((error: unknown) => faults.report('action', error))
      .finally(() => this.#asked.delete(proposal))
    this.#asked.set(proposal, asking)
  }

  #answered(proposal: Asked, program: Program, permit: Permit): void {
    const { clock, recheck } = this.#options
    const { firing, response } = proposal
    // While the fleet was asked the alert may have ended, or somebody may have switched acting off.
    const reason = permit.granted ? recheck(proposal) : permit.reason
    if (permit.granted && reason === undefined) return this.#begin(proposal, program, clock(), permit)
    if (permit.granted) void permit.end('nothing')
    this.#refusals.push({ kind: 'refusal', firing, response, reason: 'lease', detail: reason ?? 'it was not granted' })
  }

  #begin({ alternatives, ...proposal }: Asked, program: Program, now: number, permit?: GrantedPermit): void {
    const { supervision } = this.#options
    const { firing, response, action } = proposal
    const version = program.versionOf(firing.alert, response)
    const history = supervision.historyOf({ alert: firing.alert, action: action.name, version, response })
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
    const begun = supervision.begin(decision, program, now, permit)
    this.#decisions.push(decision)
    if ('trial' in begun) {
      this.#started.push(begun.trial)
      const run = begun.done.finally(() => this.#running.delete(run))
      this.#running.add(run)
      void run
        .then(trial => permit?.end(hasActed(trial) ? 'acted' : 'nothing'))
        .catch((error: unknown) => this.#options.faults.report('action', error))
    } else {
      this.#withheld.push(begun)
      // Others wait as long as after a run; only a slot, which nobody needs now, is free again.
      void permit?.end('acted')
    }
  }
}

function hasActed(trial: Trial): boolean {
  if (trial.state === 'running' || trial.outcome.status === 'withheld') return false
  return trial.outcome.status !== 'completed' || !isEmptyReceipt(trial.outcome.receipt)
}
