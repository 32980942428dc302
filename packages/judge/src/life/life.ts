import type { JudgeStatistics } from '../judgement.ts'
import { upperZ } from '../ranks/normal.ts'
import { looks } from '../looks/looks.ts'
import { LIFE_ALPHA, type Alpha } from './alpha.ts'

/**
 * What one rule and action has spent of its alpha, and what it has found before. A history begins a new generation of episodes after each
 * quarantine and after each full set; without a memory each generation would spend the whole alpha again, and over the years an action
 * that does nothing would be called anything. Plain data, to be kept across restarts.
 */
export interface Life {
  /** The current generation, from 1 on. */
  readonly generation: number
  /** What the current generation may spend. */
  readonly alpha: Alpha
  /** What is left for all later ones. */
  readonly left: Alpha
  /** What the latest earlier generations found, oldest first. */
  readonly earlier: readonly EarlierFinding[]
}

/** The effect that a generation measured, whatever its verdict was. */
export interface EarlierFinding {
  /** When the generation ended, in ms since the epoch. */
  readonly at: number
  /** Relative, as in `JudgeStatistics`: -0.21 is 21 % lower. */
  readonly effect: number
  /** The standard error of the logarithm of 1 + effect. */
  readonly error: number
  /** Episodes of each arm that were compared. */
  readonly size: number
}

/** Which way the earlier generations lean. */
export type Leaning = 'better' | 'worse' | 'neither'

const MOST_EARLIER = 12

/** A service changes: what was found so long ago counts for half. */
const HALF_LIFE_MS = 30 * 86_400_000

/** So many standard errors away from no effect are a leaning. */
const LEANING_Z = 1

/** The life of a rule and action without an earlier generation. */
export function freshLife(): Life {
  return { ...share(1, LIFE_ALPHA, 'neither'), earlier: [] }
}

/**
 * The life after a generation has ended. Generation g gets the share 1 / (g + 1) of what is left, which is W / (g (g + 1)) of the life's W:
 * it falls slowly, and all shares add up to W. Where the earlier generations lean one way, that side gets twice the share, and later
 * ones get less. So what is spent never exceeds W, whatever the past was, and by the union bound an action that does nothing is ever
 * called effective with a probability of at most W over any number of generations (alpha spending over a sequence of tests: Foster and
 * Stine, J. R. Statist. Soc. B 70, 2008; Javanmard and Montanari, Ann. Statist. 46, 2018).
 *
 * @param ended - the figures of the last judgement of the generation that ended
 * @param at - when it ended, in ms since the epoch
 * @example
 * ```ts
 * let life = freshLife()
 * const { statistics } = judge({ acts, controls, direction: 'down', alpha: life.alpha })
 * life = nextGeneration(life, { statistics, direction: 'down', at: Date.now() })
 * ```
 */
export function nextGeneration(life: Life, ended?: EndedGeneration): Life {
  const found = ended && findingOf(ended)
  const earlier = (found ? [...life.earlier, found] : life.earlier).slice(-MOST_EARLIER)
  const leaning = ended === undefined ? 'neither' : leaningOf(earlier, ended)
  return { ...share(life.generation + 1, life.left, leaning), earlier }
}

/** A generation that is over. */
export interface EndedGeneration {
  readonly statistics: JudgeStatistics
  readonly direction: 'up' | 'down'
  readonly at: number
}

/**
 * The life of one rule and action of which two processes know: whatever either has spent is spent.
 *
 * @example
 * ```ts
 * let life = freshLife()
 * life = mostSpent(life, nextGeneration(life))
 * ```
 */
export function mostSpent(one: Life, other: Life): Life {
  const later = other.generation > one.generation ? other : one
  const least = (part: 'alpha' | 'left'): Alpha => ({
    better: Math.min(one[part].better, other[part].better),
    worse: Math.min(one[part].worse, other[part].worse),
  })
  return { ...later, alpha: least('alpha'), left: least('left') }
}

function share(generation: number, left: Alpha, leaning: Leaning): Omit<Life, 'earlier'> {
  const usual = 1 / (generation + 1)
  const doubled = Math.min(0.5, 2 * usual)
  const better = left.better * (leaning === 'better' ? doubled : usual)
  const worse = left.worse * (leaning === 'worse' ? doubled : usual)
  return { generation, alpha: { better, worse }, left: { better: left.better - better, worse: left.worse - worse } }
}

function findingOf({ statistics, at }: EndedGeneration): EarlierFinding | undefined {
  const { effect, interval, look, acts } = statistics
  const level = look === 0 ? undefined : looks.get(look)
  if (effect === undefined || interval === undefined || level === undefined) return undefined
  const [low, high] = interval.map(Math.log1p)
  const error = (high! - low!) / (2 * upperZ(level.interval))
  return error > 0 && Number.isFinite(error) && effect > -1 ? { at, effect, error, size: acts } : undefined
}

/** The mean of what was found, weighted by its age and by its precision. */
export function leaningOf(
  earlier: readonly EarlierFinding[],
  { direction, at }: Pick<EndedGeneration, 'direction' | 'at'>,
): Leaning {
  let sum = 0
  let weights = 0
  let variance = 0
  for (const { at: then, effect, error } of earlier) {
    const aged = 0.5 ** (Math.max(0, at - then) / HALF_LIFE_MS)
    const weight = aged / error ** 2
    sum += weight * Math.log1p(effect)
    weights += weight
    variance += aged ** 2 / error ** 2
  }
  const z = weights > 0 ? sum / Math.sqrt(variance) : 0
  if (!(Math.abs(z) >= LEANING_Z)) return 'neither'
  return z < 0 === (direction === 'down') ? 'better' : 'worse'
}

/** The share of a life's alpha that is spent, the current generation's included; from 0 to 1. */
export function spentOf({ left }: Life): Alpha {
  return { better: 1 - left.better / LIFE_ALPHA.better, worse: 1 - left.worse / LIFE_ALPHA.worse }
}
