import { parseArgs } from 'node:util'
import type { ChaosRow } from './chaos-run.ts'
import { runs } from './runs.ts'

const HELP = `npm run chaos -- [NAME...] [--json] [--short] [--seed N] [--minutes N]

Measures what the loop promises and prints for each figure whether it is met. Exit code 1 when one is not.

${runs.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

  --json       one JSON object per line and nothing else
  --short      the form that npm run test:long uses: the same code, fewer repetitions
  --seed N     seed of the simulations (default 1)
  --minutes N  length of the soak in minutes (default 15)
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const unknown = positionals.filter(name => !runs.some(run => run.name === name))
const seed = Number(values.seed)
const minutes = Number(values.minutes)

if (values.help) {
  process.stdout.write(HELP)
} else if (unknown.length > 0 || !Number.isInteger(seed) || !(minutes > 0 && minutes < 10_000)) {
  const what =
    unknown.length > 0
      ? `no run is called ${unknown.join(', ')}`
      : Number.isInteger(seed)
        ? `--minutes ${values.minutes} is not a number of minutes`
        : `--seed ${values.seed} is not a whole number`
  process.stderr.write(`chaos: ${what}; see npm run chaos -- --help\n`)
  process.exitCode = 2
} else {
  const chosen = positionals.length > 0 ? runs.filter(run => positionals.includes(run.name)) : runs
  const report = (row: ChaosRow): void => {
    if (row['met'] === false) process.exitCode = 1
    process.stdout.write(values.json ? `${JSON.stringify(row)}\n` : `${readable(row)}\n`)
  }
  for (const run of chosen) {
    if (!values.json) process.stdout.write(`\n${run.name}: ${run.about}\n`)
    await run.run({ short: values.short, seed, minutes, report })
  }
}

function readable({ run: _, case: name, met, ...figures }: ChaosRow): string {
  const shown = Object.entries(figures).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? +value.toPrecision(4) : value}`,
  )
  const verdict = met === undefined ? '' : met ? '  met' : '  NOT MET'
  return `  ${name.padEnd(36)} ${shown.join(', ')}${verdict}`
}
