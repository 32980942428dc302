import fc from 'fast-check'
import type { ConditionPolicy, Reading } from '../../src/alerts/condition.ts'

const HOUR_MS = 3_600_000

export interface Evaluation {
  readonly at: number
  readonly reading: Reading
}

/**
 * What a condition has to be, found by looking through everything that ever happened to it, at each evaluation anew. It shares
 * no code and no state with the implementation, which remembers a few numbers instead.
 */
export class ConditionModel {
  readonly transitions: number[] = []
  readonly #policy: ConditionPolicy
  readonly #past: Evaluation[] = []
  /** Index of the evaluation at which it fired or ended last; -1 before. */
  #turned = -1
  #refires = 0
  #isFirst = true
  isFiring = false

  constructor(policy: ConditionPolicy) {
    this.#policy = policy
  }

  /** The state that the condition must have after this evaluation. */
  evaluate(evaluation: Evaluation): { isFiring: boolean; isPending: boolean; isActionable: boolean } {
    this.#past.push(evaluation)
    const run = this.isFiring ? undefined : this.#run()
    if (this.isFiring ? this.#isOver() : this.#isProven(run)) this.#turn(evaluation.at)
    const isPending = !this.isFiring && run !== undefined && run.length > 0
    return { isFiring: this.isFiring, isPending, isActionable: this.isFiring && evaluation.reading === 'holds' }
  }

  #turn(at: number): void {
    if (!this.isFiring) {
      this.#refires = this.#recent(at).length > 0 ? this.#refires + 1 : 0
      this.#isFirst = this.transitions.every(earlier => at - earlier > 4 * HOUR_MS)
    }
    this.transitions.push(at)
    this.isFiring = !this.isFiring
    this.#turned = this.#past.length - 1
  }

  /** The evaluations since the last turn in which it held, with no more than a short silence in between. */
  #run(): Evaluation[] | undefined {
    let run: Evaluation[] = []
    let last: Evaluation | undefined
    let silentSince: number | undefined
    for (let i = this.#turned + 1; i < this.#past.length; i++) {
      const each = this.#past[i]
      if (each === undefined) break
      silentSince = each.reading === 'missing' ? (silentSince ?? each.at) : undefined
      const isTooLong = silentSince !== undefined && each.at - silentSince >= 2.5 * this.#policy.intervalMs
      const isBroken = last !== undefined && this.#isGap(last, each)
      if (each.reading === 'clear' || each.reading === 'dead band' || isBroken || isTooLong) run = []
      if (each.reading === 'holds' || (each.reading === 'missing' && run.length > 0)) run.push(each)
      last = each
    }
    return run
  }

  #isProven(run: readonly Evaluation[] | undefined): boolean {
    const first = run?.[0]
    const last = run?.at(-1)
    if (first === undefined || last?.reading !== 'holds') return false
    const held = (run ?? []).filter(({ reading }) => reading === 'holds').length
    return last.at - first.at >= this.#policy.forMs && 2 * held >= (run?.length ?? 0) && this.#hasRoom(1, last.at)
  }

  #isOver(): boolean {
    const firing = this.#past.slice(this.#turned)
    const last = firing.at(-1)
    if (last === undefined || last.reading === 'holds' || last.reading === 'dead band') return false
    if (!this.#hasRoom(this.#isFirst ? 1 : 2, last.at)) return false
    const silent = trailing(firing)
    const silence = silent.length > 0 ? last.at - (silent[0]?.at ?? 0) : 0
    if (silence >= 300_000) return true

    // Since the last time it held, or nobody looked.
    const from = firing.findLastIndex(
      (each, index) => each.reading === 'holds' || this.#isGap(firing[index - 1] ?? each, each),
    )
    const quiet = firing.slice(from).filter(({ reading }) => reading !== 'holds')
    const firstClear = quiet.find(({ reading }) => reading === 'clear')
    const known = quiet.findLast(({ reading }) => reading !== 'missing')
    if (firstClear === undefined || known?.reading !== 'clear' || silence >= 2.5 * this.#policy.intervalMs) return false
    return last.at - firstClear.at >= this.#keepMs()
  }

  #keepMs(): number {
    const { keepFiringForMs, intervalMs } = this.#policy
    if (this.#refires === 0) return keepFiringForMs
    let keepMs = Math.max(keepFiringForMs, intervalMs)
    for (let i = 0; i < this.#refires && keepMs < HOUR_MS; i++) keepMs *= 2
    return Math.max(keepFiringForMs, Math.min(keepMs, HOUR_MS))
  }

  #hasRoom(more: number, now: number): boolean {
    const recent = this.#recent(now)
    const isOld = now - this.#policy.startedAt >= HOUR_MS
    const late = recent.filter(at => at - this.#policy.startedAt >= HOUR_MS)
    return recent.length + more <= 4 && (!isOld || late.length + more <= 2)
  }

  #recent(now: number): number[] {
    return this.transitions.filter(at => now - at <= HOUR_MS)
  }

  #isGap(a: Evaluation, b: Evaluation): boolean {
    return b.at - a.at > 3 * this.#policy.intervalMs
  }
}

/** The missing evaluations at the end. */
function trailing(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  return evaluations.slice(evaluations.findLastIndex(({ reading }) => reading !== 'missing') + 1)
}

export interface ConditionTrace {
  readonly policy: ConditionPolicy
  readonly evaluations: readonly Evaluation[]
}

const START = Date.UTC(2026, 0, 1)

/** Any readings, in runs, at steps of one interval with gaps here and there; from minutes to days. */
export const conditionTrace: fc.Arbitrary<ConditionTrace> = fc
  .record({
    intervalMs: fc.constantFrom(5000, 60_000),
    forTicks: fc.constantFrom(0, 1, 3, 6),
    keepTicks: fc.constantFrom(0, 2, 10),
    segments: fc.array(
      fc.record({
        reading: fc.constantFrom<Reading>('holds', 'holds', 'holds', 'clear', 'clear', 'dead band', 'missing'),
        times: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 80 })),
        gap: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 3, 4, 70) }),
      }),
      { minLength: 1, maxLength: 16, size: 'max' },
    ),
  })
  .map(({ intervalMs, forTicks, keepTicks, segments }) => {
    let at = START
    const evaluations = segments.flatMap(({ reading, times, gap }) => {
      at += (gap - 1) * intervalMs
      return Array.from({ length: times }, () => ({ at: (at += intervalMs), reading }))
    })
    const policy = {
      intervalMs,
      forMs: forTicks * intervalMs,
      keepFiringForMs: keepTicks * intervalMs,
      startedAt: START,
    }
    return { policy, evaluations }
  })
