import { counted } from '@homeostat/signals'
import { percent, percentChange, spentOf, type Life } from '@homeostat/judge'

/**
 * What a rule and action has spent of the error that its verdicts may make in their whole life, what is left, and what the last earlier
 * generation of episodes found. One clause, for people.
 */
export function lifeInWords(life: Life): string {
  const { better, worse } = spentOf(life)
  const budget = `error budget of its verdicts (generation ${life.generation}): for effective ${shares(better)}, for harmful ${shares(worse)}`
  const last = life.earlier.at(-1)
  if (last === undefined) return budget
  return `${budget}; the generation before measured ${percentChange(last.effect)} in ${counted(last.size, 'run')} and ${counted(last.size, 'control')}`
}

function shares(spent: number): string {
  return `${percent(spent)} spent and ${percent(1 - spent)} left`
}
