import { startPostgres, type Redis } from '@homeostat/services'
import type { ChaosRow } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'
import { attribute, type Attribution } from './planted-jobs.ts'

const MOST_ERROR = 0.05

/** How well the costs of planted jobs are attributed, at two concurrencies. */
export async function attributionRows(
  redis: Redis,
  { short, seed }: { readonly short: boolean; readonly seed: number },
): Promise<ChaosRow[]> {
  await using postgres = await startPostgres()
  const rows: ChaosRow[] = []
  for (const concurrency of [8, 50]) {
    const rounds: Attribution[][] = []
    for (let round = 0; round < (short ? 1 : 3); round++)
      rounds.push(
        await attribute({
          redis,
          databaseUrl: postgres.url,
          concurrency,
          seconds: short ? 12 : 60,
          load: 0.3,
          seed: seed + round,
        }),
      )
    const worst = rounds.map(found => Math.max(...found.flatMap(errorsOf)))
    rows.push({
      run: 'bullmq',
      case: `cost attribution at concurrency ${concurrency}`,
      goal: `within ${MOST_ERROR * 100} % of what was planted`,
      medianWorst: quantile(worst, 0.5),
      minWorst: Math.min(...worst),
      maxWorst: Math.max(...worst),
      found: rounds.map(shown).join(' | '),
      // The short form runs beside other tests and has few runs: it shows that costs go to the right name.
      met: quantile(worst, 0.5) <= (short ? 0.5 : MOST_ERROR),
    })
  }
  return rows
}

function errorsOf({ cpu, database, redis }: Attribution): number[] {
  return [cpu, database, redis].filter(ratio => ratio !== undefined).map(ratio => Math.abs(ratio - 1))
}

function shown(found: readonly Attribution[]): string {
  const percent = (ratio: number | undefined): string => (ratio === undefined ? '-' : (ratio * 100).toFixed(1))
  return found
    .map(({ name, cpu, database, redis }) => `${name} ${percent(cpu)}/${percent(database)}/${percent(redis)}`)
    .join(', ')
}
