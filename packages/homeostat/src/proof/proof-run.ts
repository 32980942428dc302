import { randomBytes } from 'node:crypto'
import type { Action, Knob, LedgerEntry, Optimizer, ProofNews, Refusal } from '@homeostat/optimizer'
import { wallTime, type OpenProof } from '@homeostat/optimizer/parts'
import {
  advanceProof,
  armsOf,
  beginProof,
  donePairs,
  harmSoFar,
  judgeProof,
  progressLine,
  type Proof,
  type ProofEnd,
  type ProofEvent,
  type ProofTerms,
} from '@homeostat/lab/prove'
import type { Faults } from '@homeostat/signals'
import { readInTime } from './knob-reading.ts'
import type { Measure } from './measure.ts'
import type { ProveState, Standing } from './prove-question.ts'

/** A proof ends when nobody has asked for it for so long: its command line was killed. */
export const PROOF_LEASE_MS = 15_000
/** So many ticks in a row may pass before the knob stands where it should. */
const MOST_UNSET = 3

export interface ProofRunOptions {
  readonly terms: ProofTerms
  readonly knob: Knob
  readonly placebo: Knob
  readonly measure: Measure
  readonly optimizer: Pick<Optimizer, 'on' | 'proofs'>
  /** All actions of the process. */
  readonly actions: readonly Action[]
  readonly faults: Faults
  readonly clock: () => number
  /** Opens it in the loop; the text says why that is refused. */
  readonly open: (onEnded: (why: 'guard' | 'kill switch' | 'lost', detail: string) => void) => OpenProof | string
}

/** A proof that runs in this process: each tick it measures, moves on, and sees to it that knob and placebo stand as they should. */
export class ProofRun {
  readonly id: string = randomBytes(8).toString('hex')
  readonly #options: ProofRunOptions
  readonly #following: Disposable
  #proof: Proof
  #open: OpenProof | undefined
  #standing: Standing = 'as wanted'
  /** Where they stand instead, while that is not as wanted. */
  #notBack = ''
  #unset = 0
  #wanted = 'control control'
  #keptAt: number
  #working: Promise<unknown> = Promise.resolve()
  #reverted: readonly string[] | undefined
  #ended: Promise<void> | undefined

  private constructor(options: ProofRunOptions, open: OpenProof) {
    const now = options.clock()
    this.#options = options
    this.#open = open
    this.#keptAt = now
    this.#proof = beginProof(options.terms, now)
    this.#following = options.optimizer.on(entry => this.#tick(entry))
    const { from, to, pairs, blockMs } = options.terms
    this.#report(
      'started',
      `a person switches it between ${from} and ${to}, in ${2 * pairs} blocks of ${blockMs / 1000} s; homeostat prove abort ends it`,
    )
    this.#obey()
  }

  /** Begins, or returns why it cannot. */
  static begin(options: ProofRunOptions): ProofRun | string {
    let run: ProofRun | undefined
    const open = options.open((why, detail) => void run?.end(why === 'lost' ? 'superseded' : why, detail))
    if (typeof open === 'string') return open
    run = new ProofRun(options, open)
    return run
  }

  get isOver(): boolean {
    return this.#proof.state === 'over'
  }

  get isReverted(): boolean {
    return this.#reverted !== undefined
  }

  /** The command line that has started it still waits for it. */
  keep(): void {
    this.#keptAt = this.#options.clock()
  }

  pause(): Promise<unknown> {
    return this.#happens({ type: 'pause' }, 'paused', 'a person has paused it; knob and placebo are being reverted')
  }

  resume(): Promise<unknown> {
    return this.#happens({ type: 'resume' }, 'resumed', 'a person has resumed it')
  }

  /** Ends it and reverts knob and placebo. Settles when that is done; never rejects. */
  end(why: ProofEnd, detail: string): Promise<void> {
    if (!this.isOver) this.#advance({ type: 'end', why, detail })
    return this.#over()
  }

  state(withData: boolean): ProveState {
    const proof = this.#proof
    return {
      id: this.id,
      state: proof.state,
      line: progressLine(proof, this.#options.clock(), this.#standing === 'as wanted' ? undefined : this.#notBack),
      standing: this.#standing,
      donePairs: donePairs(proof).length,
      ...(this.#reverted && { reverted: this.#reverted }),
      ...(withData && { proof: onTheWall(proof) }),
    }
  }

  /** Settles when the last switch and what follows from it are done. */
  async settled(): Promise<void> {
    await this.#working
    await this.#ended
  }

  #tick({ now, decisions, refusals }: LedgerEntry): void {
    if (this.isOver) return
    const urgent = refusals.find(refusal => this.#isInTheWayOf(refusal))
    if (urgent !== undefined) {
      void this.end('safety', `${urgent.response!.action} has to run for ${urgent.firing.alert}, on the same resources`)
      return
    }
    if (this.#options.clock() - this.#keptAt > PROOF_LEASE_MS) {
      void this.end('abandoned', `nobody has asked for it for ${PROOF_LEASE_MS / 1000} s`)
      return
    }
    for (const { arm, action, firing } of decisions)
      if (arm === 'act') this.#note(`${action.name} ran for ${firing.alert} meanwhile, on other resources`)
    const done = donePairs(this.#proof).length
    const { measure } = this.#options
    const value = measure.read(now)
    if (measure.problem !== undefined) this.#note(`the measure could not be evaluated: ${measure.problem}`)
    this.#advance({ type: 'tick', value, isSet: this.#standing === 'as wanted' }, now)
    const harm = donePairs(this.#proof).length > done ? harmSoFar(this.#proof) : undefined
    if (harm !== undefined) void this.end('harm', `the knob does harm: ${harm}`)
    else if (this.isOver) void this.#over()
    else this.#obey()
  }

  /** What makes the process safe does not wait for a proof of hours. */
  #isInTheWayOf({ reason, response }: Refusal): boolean {
    if (reason !== 'conflict' || response?.priority !== 'safety') return false
    const action = this.#options.actions.find(({ name }) => name === response.action)
    return action !== undefined && this.#open?.holds(action) === true
  }

  async #happens(event: ProofEvent, change: ProofNews['change'], line: string): Promise<void> {
    const before = this.#proof
    this.#advance(event)
    if (this.#proof !== before) this.#report(change, line)
    this.#obey()
    await this.#working
  }

  #advance(event: ProofEvent, now: number = this.#options.clock()): void {
    this.#proof = advanceProof(this.#proof, event, now)
  }

  #note(text: string): void {
    this.#advance({ type: 'note', text })
  }

  /** Switches where the block has changed, and looks where knob and placebo stand. */
  #obey(): void {
    const { knob, placebo } = armsOf(this.#proof)
    const wanted = `${knob} ${placebo}`
    const open = this.#open
    if (this.isOver || open === undefined) return
    if (wanted !== this.#wanted) {
      this.#wanted = wanted
      this.#standing = 'on the way'
      this.#notBack = 'the switch is under way'
      this.#unset = 0
      this.#then(() => open.switch(knob === 'act', placebo === 'act'))
    }
    this.#then(() => this.#look())
  }

  #then(work: () => Promise<unknown>): void {
    this.#working = this.#working.then(work).catch((error: unknown) => this.#options.faults.report('action', error))
  }

  async #look(): Promise<void> {
    if (this.isOver) return
    const { terms, knob, placebo } = this.#options
    const arms = armsOf(this.#proof)
    const wanted = [arms.knob === 'act' ? terms.to : terms.from, arms.placebo === 'act' ? 1 : 0]
    const found = await Promise.all([knob, placebo].map(each => readInTime(each))).catch((error: unknown) => {
      this.#options.faults.report('action', error)
      return undefined
    })
    if (`${arms.knob} ${arms.placebo}` !== this.#wanted || this.isOver) return
    if (found !== undefined && found[0] !== terms.from && found[0] !== terms.to) {
      void this.end('superseded', `${terms.knob} is ${found[0]}: somebody else has set it`)
      return
    }
    const isThere = found?.every((value, index) => value === wanted[index]) === true
    this.#standing = isThere ? 'as wanted' : 'elsewhere'
    this.#unset = isThere ? 0 : this.#unset + 1
    if (isThere) return
    const why = this.#open?.problem ?? `it stands at ${found?.[0] ?? 'an unknown value'}`
    this.#notBack = `${terms.knob} stands at ${found?.[0] ?? 'an unknown value'}${this.#open?.problem === undefined ? '' : `, ${this.#open.problem}`}`
    if (this.#proof.state === 'paused') {
      // A pause lasts until the knob is back; nothing is measured meanwhile that another attempt could disturb.
      await this.#open?.switch(false, false, true)
      return
    }
    if (this.#unset <= MOST_UNSET) return
    void this.end('not set', `${terms.knob} could not be switched: ${why}`)
  }

  /** Reverts for good. */
  #over(): Promise<void> {
    this.#ended ??= this.#revert()
    return this.#ended
  }

  async #revert(): Promise<void> {
    this.#following[Symbol.dispose]()
    this.#options.measure[Symbol.dispose]()
    const open = this.#open!
    for (const line of open.blindSpots) this.#note(`its guard ${line}`)
    if (open.blindSpots.length === 0) this.#note('harm to anything that no guard watches: the knob has no guards')
    const results = await open.end()
    const names = [this.#options.terms.knob, 'placebo']
    this.#reverted = results.map((result, index) => {
      const detail = result.result === 'superseded' ? result.detail : result.result === 'failed' ? result.error : ''
      return `${names[index]}: ${result.result}${detail === '' ? '' : ` (${detail})`}`
    })
    const { why, detail } = this.#proof.ending!
    const { knob, placebo, conclusion } = judgeProof(this.#proof)
    const isReverted = results.every(({ result }) => result === 'restored')
    const found = results.map(({ result }, index) => `${names[index]}: ${result}`).join(', ')
    this.#report('ended', `${detail}. ${conclusion} ${found}`, {
      verdict: knob.verdict,
      placebo: placebo.verdict,
      isInOrder: why === 'completed' && isReverted,
    })
    this.#open = undefined
  }

  /** Reports a change to the ledger, so that everybody who looks at the process knows who has switched what. */
  #report(change: ProofNews['change'], line: string, more: Partial<ProofNews> = {}): void {
    const { startedAt, terms } = this.#proof
    const about = { id: this.#open!.id, knob: terms.knob, startedAt, at: this.#options.clock() }
    this.#options.optimizer.proofs.note({ ...about, change, line, ...more })
  }
}

/** A record is compared with those of others, so its times are those of the clock on the wall. */
function onTheWall(proof: Proof): Proof {
  const shift = wallTime(proof.startedAt) - proof.startedAt
  if (shift === 0) return proof
  return {
    ...proof,
    startedAt: proof.startedAt + shift,
    pauses: proof.pauses.map(({ from, to }) => ({ from: from + shift, ...(to !== undefined && { to: to + shift }) })),
    pairs: proof.pairs.map(pair => ({
      ...pair,
      blocks: pair.blocks.map(block => ({
        ...block,
        from: block.from + shift,
        measureFrom: block.measureFrom + shift,
        to: block.to + shift,
        samples: block.samples.map(([ms, value]) => [ms + shift, value] as const),
      })),
    })),
    ...(proof.ending && { ending: { ...proof.ending, at: proof.ending.at + shift } }),
  }
}
