import type { Quarantine, Standing } from './standing.ts'
import type {
  Alpha,
  Arm,
  ArmState,
  EarlierFinding,
  Episode,
  Judgement,
  JudgeStatistics,
  Life,
  Sample,
} from '@homeostat/judge'
import { freshLife } from '@homeostat/judge'
import type { OwnFindings } from './own-verdicts.ts'

/** What is kept of a history across restarts. */
export interface SavedHistory {
  readonly version: string
  readonly arms?: ArmState | undefined
  readonly acts: readonly Episode[]
  readonly controls: readonly Episode[]
  readonly breaches: { readonly act: number; readonly control: number }
  readonly trials: { readonly act: number; readonly control: number }
  /** Whether the trial of this generation that answers by itself has been judged. */
  readonly designed?: boolean | undefined
  readonly standing: Standing
  readonly decided?: Judgement | undefined
  /** Missing in what releases before 0.2 wrote: then the life begins. */
  readonly life?: Life | undefined
  /** What the action itself has found, where it judges its own changes. */
  readonly own?: OwnFindings | undefined
}

/** Somewhat more than a history keeps, and more samples than a window of a day has at 30 s. */
const MOST_EPISODES = 500
const MOST_SAMPLES = 5000
const MOST_DRAWN = 20
const MOST_COUNTED = 1_000_000
const MOST_EARLIER = 20
const MOST_CHARS = 500
/** A file cannot block an action for longer. */
const LONGEST_QUARANTINE_MS = 366 * 86_400_000
const ARMS: readonly unknown[] = ['act', 'control']
const PHASES: readonly unknown[] = ['undecided', 'settled']
const VERDICTS: readonly unknown[] = ['effective', 'no_effect', 'harmful', 'palliative', 'inconclusive']
const LOOKS: readonly unknown[] = [0, 6, 12, 24, 48]

/**
 * Reads a saved history. Another release may have written it, or anybody who may write to the file. The result is a copy of the
 * fields that count, each of its type and within the bounds of what a history can hold.
 *
 * @returns undefined when it is not one as a whole; then evidence is gathered anew
 */
export function parseSavedHistory(value: unknown): SavedHistory | undefined {
  try {
    const saved = fieldsOf(value)
    return {
      version: text(saved['version']),
      ...(saved['arms'] !== undefined && { arms: armState(saved['arms']) }),
      acts: list(saved['acts'], MOST_EPISODES, episode),
      controls: list(saved['controls'], MOST_EPISODES, episode),
      breaches: counts(saved['breaches']),
      trials: counts(saved['trials']),
      ...(saved['designed'] === true && { designed: true }),
      standing: standing(saved['standing']),
      ...(saved['decided'] !== undefined && saved['decided'] !== null && { decided: judgement(saved['decided']) }),
      ...(saved['life'] !== undefined && saved['life'] !== null && { life: life(saved['life']) }),
      ...(saved['own'] !== undefined && saved['own'] !== null && { own: ownFindings(saved['own']) }),
    }
  } catch (error) {
    if (error instanceof NotSavedError) return undefined
    throw error
  }
}

class NotSavedError extends Error {}

function armState(value: unknown): ArmState {
  const { phase, block } = fieldsOf(value)
  return {
    phase: oneOf(phase, PHASES) as ArmState['phase'],
    block: list(block, MOST_DRAWN, arm => oneOf(arm, ARMS) as Arm),
  }
}

function episode(value: unknown): Episode {
  const { at, before, after, expected } = fieldsOf(value)
  return {
    at: finite(at),
    before: list(before, MOST_SAMPLES, sample),
    after: list(after, MOST_SAMPLES, sample),
    ...(expected !== undefined && { expected: count(expected) }),
  }
}

/** JSON has no NaN and writes null. */
function sample(value: unknown): Sample {
  const [ms, measured] = list(value, 2, each => each)
  return [finite(ms), measured === null ? Number.NaN : finite(measured)]
}

function counts(value: unknown): { act: number; control: number } {
  const { act, control } = fieldsOf(value)
  return { act: count(act), control: count(control) }
}

function standing(value: unknown): Standing {
  const { version, harmful, withoutEffect, quarantine: held } = fieldsOf(value)
  return {
    version: text(version),
    harmful: count(harmful),
    withoutEffect: count(withoutEffect),
    ...(held !== undefined && held !== null && { quarantine: quarantine(held) }),
  }
}

function quarantine(value: unknown): Quarantine {
  const { since, until, reason } = fieldsOf(value)
  const from = finite(since)
  return { since: from, until: Math.min(finite(until), from + LONGEST_QUARANTINE_MS), reason: text(reason) }
}

function judgement(value: unknown): Judgement {
  const { verdict, reason, statistics, missing } = fieldsOf(value)
  return {
    verdict: oneOf(verdict, VERDICTS) as Judgement['verdict'],
    reason: text(reason),
    statistics: judgeStatistics(statistics),
    ...(missing !== undefined && { missing: text(missing) }),
  }
}

function ownFindings(value: unknown): OwnFindings {
  const { verdict, reason, trials } = fieldsOf(value)
  const known = oneOf(
    verdict,
    VERDICTS.filter(each => each !== 'palliative'),
  )
  return { verdict: known as OwnFindings['verdict'], reason: text(reason), trials: count(trials) }
}

function judgeStatistics(value: unknown): JudgeStatistics {
  const fields = fieldsOf(value)
  const [acts, controls, unmatched, unusable] = ['acts', 'controls', 'unmatched', 'unusable'].map(name =>
    count(fields[name]),
  )
  const figures = [
    'effect',
    'pBetter',
    'pWorse',
    'alpha',
    'alphaWorse',
    'tail',
    'pTailWorse',
    'sd',
    'vanished',
    'repeated',
  ]
    .filter(name => fields[name] !== undefined && fields[name] !== null)
    .map(name => [name, finite(fields[name])] as const)
  const { look, interval } = fields
  return {
    acts: acts!,
    controls: controls!,
    unmatched: unmatched!,
    unusable: unusable!,
    look: oneOf(look, LOOKS) as JudgeStatistics['look'],
    ...Object.fromEntries(figures),
    ...(interval !== undefined && { interval: intervalOf(interval) }),
  }
}

function life(value: unknown): Life {
  const { generation, alpha: current, left, earlier } = fieldsOf(value)
  const number = count(generation)
  if (number === 0) throw new NotSavedError()
  return {
    generation: number,
    alpha: alpha(current),
    left: alpha(left),
    earlier: list(earlier, MOST_EARLIER, earlierFinding),
  }
}

/** Nobody who may write to the file can give more to spend than a life has. */
function alpha(value: unknown): Alpha {
  const { better, worse } = fieldsOf(value)
  const most = freshLife()
  return { better: between(better, 0, most.left.better), worse: between(worse, 0, most.left.worse) }
}

function earlierFinding(value: unknown): EarlierFinding {
  const { at, effect, error, size } = fieldsOf(value)
  return { at: finite(at), effect: between(effect, -1, 1e6), error: between(error, 1e-9, 1e3), size: count(size) }
}

function between(value: unknown, least: number, most: number): number {
  const number = finite(value)
  if (number < least || number > most) throw new NotSavedError()
  return number
}

/** An end that is infinite is null in JSON. */
function intervalOf(value: unknown): readonly [number, number] {
  const [low, high] = list(value, 2, each => each)
  return [low === null ? -Infinity : finite(low), high === null ? Infinity : finite(high)]
}

/** Own fields only: what an object inherits says nothing. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new NotSavedError()
  return Object.assign(Object.create(null), value) as Readonly<Record<string, unknown>>
}

function list<T>(value: unknown, most: number, each: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value) || value.length > most) throw new NotSavedError()
  return Array.from(value, each)
}

function finite(value: unknown): number {
  if (!Number.isFinite(value)) throw new NotSavedError()
  return value as number
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > MOST_COUNTED)
    throw new NotSavedError()
  return value as number
}

function oneOf(value: unknown, known: readonly unknown[]): unknown {
  if (!known.includes(value)) throw new NotSavedError()
  return value
}

/** One line, and no longer than any that we write. */
function text(value: unknown): string {
  if (typeof value !== 'string') throw new NotSavedError()
  // oxlint-disable-next-line no-control-regex
  return value.slice(0, MOST_CHARS).replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
}
