import { measure, median, quantile, type Episode } from './episode.ts'
import { judge } from './judge.ts'
import type { JudgeInput } from './judgement.ts'
import type { Look } from './looks/looks.ts'
import { measured, percent } from './percent.ts'
import { deviation } from './looks/comparison.ts'
import { freshLife } from './life/life.ts'
import { decidableAt } from './looks/shortfall.ts'

/** The relative effect for which {@link progress} forecasts when it can be decided. */
const EFFECT = 0.2

/** Fewer episodes say nothing about their pace, fewer controls nothing about their spread. */
const MIN_EPISODES = 3
const MIN_CONTROLS = 3

/**
 * The state of a history that has no verdict yet, in one line, e.g. "3 of 6 act, 2 of 6 control; a 20 % effect is
 * decidable around Thursday. Not evidence: 180 before, 150 after the latest run".
 *
 * @param now ms since the epoch, on the clock of the episodes
 * @param timeZone IANA name of the zone for days and hours @default 'UTC'
 */
export function progress(input: JudgeInput, now: number, timeZone = 'UTC'): string {
  const { verdict, reason, missing, statistics } = judge(input)
  if (verdict !== 'inconclusive') return `${verdict}: ${reason}`
  const latest = input.acts.reduce<Episode | undefined>(
    (last, act) => (last && last.at > act.at ? last : act),
    undefined,
  )
  const expected = statistics.look !== 48 ? `; ${when(input, now, timeZone)}` : ''
  return `${missing}${expected}${latest ? beforeAfter(latest) : ''}`
}

function when(
  { acts, controls, direction, alpha = freshLife().alpha }: JudgeInput,
  now: number,
  timeZone: string,
): string {
  const { episodes } = measure(acts, controls)
  const changes = episodes.flatMap(({ arm, before, after }) =>
    arm === 'control' && after.length > 0 && quantile(after, 0.5) > 0 ? Math.log(quantile(after, 0.5) / before) : [],
  )
  const sd = changes.length >= MIN_CONTROLS ? deviation(changes) : undefined
  const look: Look | undefined = sd === undefined ? 6 : decidableAt(direction === 'down' ? -EFFECT : EFFECT, sd, alpha)
  const effect = `a ${percent(EFFECT)} effect`
  if (look === undefined) return `${effect} is too small to distinguish from the natural variation of the value`
  const [first, last] = [episodes[0], episodes.at(-1)]
  if (first === undefined || last === undefined || episodes.length < MIN_EPISODES || last.at <= first.at) {
    return `${effect} is decidable with ${look} a side${sd === undefined ? ' at the earliest' : ''}`
  }
  // The slower arm sets the pace; time since the last episode counts as well, since rules may have stopped firing.
  const slower = Math.min(acts.length, controls.length)
  const pace = (Math.max(now, last.at) - first.at) / Math.max(1, slower)
  const at = Math.max(now, last.at) + pace * Math.max(1, look - slower)
  return `${effect} is decidable ${sd === undefined ? 'at the earliest ' : ''}${moment(at, now, timeZone)}`
}

const DAY_MS = 86_400_000

function moment(at: number, now: number, timeZone: string): string {
  const formatted = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en', { timeZone, ...options }).format(at)
  if (at - now < DAY_MS) return `around ${formatted({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`
  if (at - now < 6 * DAY_MS) return `around ${formatted({ weekday: 'long' })}`
  if (at - now < 300 * DAY_MS) return `around ${formatted({ day: 'numeric', month: 'long' })}`
  return 'in a year or later at this pace'
}

function beforeAfter({ before, after }: Episode): string {
  const [from, to] = [before, after].map(samples => {
    const middle = median(samples.map(([, value]) => value).filter(Number.isFinite))
    return Number.isNaN(middle) ? 'no data' : measured(middle)
  })
  return `. Not evidence: ${from} before, ${to} after the latest run`
}
