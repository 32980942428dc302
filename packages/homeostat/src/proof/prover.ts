import type { Action, Knob, Mode, Optimizer } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { after, ownMessage, sleep } from '@homeostat/signals'
import { checkedPlan, checkedRequest } from './checked-question.ts'
import { knobTerms, ProofRefusedError, type KnobTerms } from './knob-terms.ts'
import { readInTime } from './knob-reading.ts'
import { Measure } from './measure.ts'
import { Observation } from './observation.ts'
import { PLACEBO, PLACEBO_OPTIONS } from '../acting/placebo-knob.ts'
import { ProofRun } from './proof-run.ts'
import type { ProveAnswer, ProveLook, ProveQuestion, ProveRequest, ProveState, StartedPlan } from './prove-question.ts'

/** Nobody looks any more after this time, and the store may forget what only the look needed. */
const LOOK_MS = 60_000
/** The share of the pace of a reader by which it may have become slower since the plan. */
const MOST_UNPUNCTUAL = 0.5
const PACE_UNKNOWN = 'how often the measure has a new value is not known before its reader has delivered three times'
/** Below the limit of a call, so that the answer still gets through. */
const CHANGE_LIMIT_MS = 3000

export interface ProverOptions {
  /** The knobs of this process that a person may try, the placebo included. */
  readonly knobs: readonly Knob[]
  /** The actions of the process, those that set the knobs included. */
  readonly actions: readonly Action[]
  /** The option `prove`. */
  readonly allowed: readonly string[]
  readonly maxMode: Mode
  readonly optimizer: Pick<Optimizer, 'on' | 'store' | 'proofs'>
  readonly intervalMs: number
  readonly faults: Faults
  readonly clock: () => number
}

/** Answers `homeostat prove`: runs one proof at a time, and keeps the last one for its report. */
export class Prover implements AsyncDisposable {
  readonly #options: ProverOptions
  #run: ProofRun | undefined
  /** The measure that somebody looks at, and what ends the look. */
  #looked: { readonly key: string; readonly observation: Observation } | undefined
  #forgetting: Disposable | undefined
  #isStarting = false
  #isOver = false

  constructor(options: ProverOptions) {
    this.#options = options
  }

  /** Never rejects for a question that this service cannot follow: the answer says why. */
  async answer(question: ProveQuestion): Promise<ProveAnswer<ProveLook | ProveState>> {
    try {
      return await this.#answer(question)
    } catch (error) {
      if (error instanceof ProofRefusedError) return { refused: error.message }
      throw error
    }
  }

  /** Settles when the switches that are under way are done. */
  async settled(): Promise<void> {
    await this.#run?.settled()
  }

  /** Ends the proof that runs, with everything reverted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#endLook()
    await this.#run?.end('stopped', 'Homeostat stopped in this process')
  }

  async #answer(question: ProveQuestion): Promise<ProveLook | ProveState> {
    switch (question.do) {
      case 'look':
        if (this.#run?.isReverted === false)
          throw new ProofRefusedError('another proof is under way; plan when it is over')
        return this.#look(await this.#termsOf(checkedRequest(question.request)))
      case 'start':
        return this.#start(checkedRequest(question.request), checkedPlan(question.plan, this.#options.intervalMs))
      case 'state': {
        const run = this.#known()
        if (question.id === run.id) run.keep()
        return run.state(question.withData === true)
      }
      case 'pause':
      case 'resume':
      case 'abort': {
        const run = this.#known()
        if (question.id !== undefined && question.id !== run.id)
          throw new ProofRefusedError('the proof is over, and another one has begun')
        if (run.isOver) throw new ProofRefusedError('the proof is over')
        await this.#inTime(question.do === 'abort' ? run.end('aborted', 'a person has aborted it') : run[question.do]())
        return run.state(true)
      }
    }
    throw new ProofRefusedError('this version of Homeostat does not know the question')
  }

  /** A switch may take longer than somebody who asks is kept waiting: the state says what is done. */
  async #inTime(change: Promise<unknown>): Promise<void> {
    await Promise.race([change, sleep(CHANGE_LIMIT_MS)])
  }

  #known(): ProofRun {
    if (this.#run === undefined) throw new ProofRefusedError('no proof was started in this process')
    return this.#run
  }

  async #termsOf(request: ProveRequest): Promise<KnobTerms> {
    const { knobs, allowed, maxMode, optimizer } = this.#options
    const { knob: name } = request
    const knob = knobs.find(each => each.name === name && name !== PLACEBO)
    if (knob === undefined) {
      const names = knobs.filter(each => each.name !== PLACEBO).map(each => each.name)
      throw new ProofRefusedError(`'${name}' is not a knob of this process; its knobs: ${names.join(', ') || 'none'}`)
    }
    if (!allowed.includes(name))
      throw new ProofRefusedError(
        `this process does not allow it: start it with HOMEOSTAT_PROVE=${name}, or the option prove: ['${name}']`,
      )
    if (maxMode !== 'act') throw new ProofRefusedError(`this process does not allow it: its maxMode is ${maxMode}`)
    const from = await readInTime(knob).catch((error: Error) => {
      throw new ProofRefusedError(error.message)
    })
    return knobTerms(request, knob, from, optimizer.proofs.responses)
  }

  #look({ knob, from, to, expr, direction, alert, response }: KnobTerms): ProveLook {
    const { proofs } = this.#options.optimizer
    const { measure, switchedAt } = this.#lookedAt(knob, expr, direction)
    if (measure.problem !== undefined) throw unusable(measure.problem)
    const intervalMs = proofs.paceOf(expr)
    return {
      knob: knob.name,
      from,
      to,
      expr,
      direction,
      guards: (response.guards ?? []).map(guard => guard.expr),
      ...(intervalMs !== undefined && { intervalMs }),
      slowestMs: proofs.slowestMs,
      rangeMs: measure.rangeMs,
      past: measure.values,
      switchedAt,
      ...(alert !== undefined && { alert }),
    }
  }

  /** The measure, which goes on gathering values while somebody looks. */
  #lookedAt(knob: Knob, expr: string, direction: 'up' | 'down'): Observation {
    const { optimizer, clock } = this.#options
    const key = `${knob.name} ${direction} ${expr}`
    this.#forgetting?.[Symbol.dispose]()
    this.#forgetting = after(LOOK_MS, () => this.#endLook())
    if (this.#looked?.key === key) return this.#looked.observation
    this.#looked?.observation[Symbol.dispose]()
    this.#looked = undefined
    const measure = this.#measure(expr, direction)
    const observation = new Observation(measure, knob, optimizer)
    measure.read(clock())
    this.#looked = { key, observation }
    return observation
  }

  #endLook(): void {
    this.#forgetting?.[Symbol.dispose]()
    this.#looked?.observation[Symbol.dispose]()
    this.#looked = this.#forgetting = undefined
  }

  #measure(expr: string, direction: 'up' | 'down'): Measure {
    try {
      return new Measure(this.#options.optimizer.store, { expr, direction })
    } catch (error) {
      throw unusable(ownMessage(error) ?? 'it is not PromQL')
    }
  }

  async #start(request: ProveRequest, plan: StartedPlan): Promise<ProveState> {
    if (this.#isOver) throw new ProofRefusedError('Homeostat is stopping in this process')
    if (this.#isStarting || this.#run?.isOver === false) throw new ProofRefusedError('another proof is under way')
    this.#isStarting = true
    try {
      await this.settled()
      const terms = await this.#termsOf(request)
      this.#endLook()
      this.#run = this.#begun(terms, plan)
      return this.#run.state(false)
    } finally {
      this.#isStarting = false
    }
  }

  #begun({ knob, from, to, expr, direction, response }: KnobTerms, given: StartedPlan): ProofRun {
    const { actions, knobs, optimizer, ...shared } = this.#options
    const action = actions.find(({ name }) => name === knob.name)!
    const placebo = actions.find(({ name }) => name === PLACEBO)!
    const measure = this.#measure(expr, direction)
    const plan = carriedOver(given, measure.rangeMs, optimizer.proofs.paceOf(expr))
    if (typeof plan === 'string') {
      measure[Symbol.dispose]()
      throw new ProofRefusedError(plan)
    }
    const run = ProofRun.begin({
      terms: { knob: knob.name, from, to, expr, direction, ...plan },
      knob,
      placebo: knobs.find(({ name }) => name === PLACEBO)!,
      measure,
      optimizer,
      actions,
      ...shared,
      open: onEnded => optimizer.proofs.open({ action, response, placebo, placeboOptions: PLACEBO_OPTIONS, onEnded }),
    })
    if (run instanceof ProofRun) return run
    measure[Symbol.dispose]()
    throw new ProofRefusedError(`it cannot begin now: ${run}`)
  }
}

/** The plan with at least as much left out of each block as the measure looks back; a text says why that is impossible. */
function carriedOver(plan: StartedPlan, rangeMs: number, paceMs: number | undefined): StartedPlan | string {
  if (paceMs === undefined) return PACE_UNKNOWN
  const least = rangeMs + paceMs
  const missingMs = least - plan.carryOverMs
  // A reader is never quite punctual, so its pace differs a little from that of the plan.
  if (missingMs > MOST_UNPUNCTUAL * paceMs || least >= plan.blockMs)
    return `carryOverMs must be at least ${least}: so long the measure looks back`
  return missingMs > 0 ? { ...plan, carryOverMs: least } : plan
}

/** It is the person's own text, and no rule of the application. */
function unusable(reason: string): ProofRefusedError {
  return new ProofRefusedError(`the measure cannot be evaluated: ${reason}`)
}
