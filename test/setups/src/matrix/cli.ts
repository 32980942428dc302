// npm run matrix: Homeostat with the versions that people have.
import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from '@homeostat/services'
import { removeInstallations, removeTarballs } from '../install.ts'
import { AXES, type Axis, type Combination } from './axes.ts'
import { combinationsOf } from './combinations.ts'
import { runCombination, type CombinationResult } from './run-combination.ts'

const HELP = `Runs sample applications with the versions that people have, installed from packed tarballs and the registry.

Usage: npm run matrix -- [options]

  --short        every version once instead of every pair of two versions
  --only TEXT    only combinations in which a value contains the text, e.g. --only "SDK 2.0"; may be repeated
  --list         prints the combinations and runs none
  --help         this text

A combination works when our series of each library arrive at a backend and a rule on the application's own counter fires.
It ends with exit code 1 when one does not. Its servers, tarballs and installations are removed at the end.

${Object.entries(AXES)
  .map(([axis, values]) => `  ${axis.padEnd(8)} ${values.map(({ name }) => name).join(', ')}`)
  .join('\n')}`

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(HELP)
else {
  const all = combinationsOf(values.short ? 'values' : 'pairs')
  const chosen = all.filter(each => values.only.every(text => namesOf(each).some(name => name.includes(text))))
  if (values.list) console.log(chosen.map(line).join('\n'))
  else process.exitCode = await run(chosen)
}

async function run(combinations: readonly Combination[]): Promise<number> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const results: CombinationResult[] = []
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  try {
    for (const [index, combination] of combinations.entries()) {
      if (stop.signal.aborted) break
      const result = await runCombination(combination, { DATABASE_URL: postgres.url, REDIS_URL: redis.url })
      results.push(result)
      console.log(`${String(index + 1).padStart(3)}/${combinations.length}  ${line(combination)}  ${result.outcome}`)
      if (result.outcome !== 'works') console.log(result.detail.replaceAll(/^/gm, '         '))
    }
  } finally {
    await Promise.all([
      postgres.stop(),
      redis.stop(),
      removeTarballs(),
      removeInstallations('matrix'),
      removeInstallations('node'),
    ])
  }
  const count = (outcome: CombinationResult['outcome']): number =>
    results.filter(each => each.outcome === outcome).length
  console.log(
    `${count('works')} of ${combinations.length} combinations work, ${count('fails')} fail, ${count('not published')} are not on the registry`,
  )
  return count('fails') === 0 && results.length === combinations.length ? 0 : 1
}

function namesOf(combination: Combination): string[] {
  return (Object.keys(AXES) as Axis[]).map(axis =>
    axis === 'node' ? `Node ${combination.node.name}` : combination[axis].name,
  )
}

function line(combination: Combination): string {
  const widths = (Object.keys(AXES) as Axis[]).map(
    axis => Math.max(...AXES[axis].map(({ name }) => name.length)) + (axis === 'node' ? 5 : 0),
  )
  return namesOf(combination)
    .map((name, index) => name.padEnd(widths[index]!))
    .join('  ')
}
