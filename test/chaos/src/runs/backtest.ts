import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ProgramSource } from '@homeostat/optimizer'
import { backtest, compareBacktests, openRecording } from '@homeostat/lab/backtest'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { program, recordedDay } from '../recorded-day.ts'

const LIMIT_S = 10

/** Half of the rules a little stricter. */
const stricter: ProgramSource = {
  ...program,
  rules: program.rules.map((rule, index) => ('alert' in rule && index % 2 === 1 ? { ...rule, for: '2m' } : rule)),
}

const CASES = [
  { name: 'in trouble 2 % of the time', troubled: 0.02, programs: [program], isGoal: true },
  { name: 'the same, two sets of rules', troubled: 0.02, programs: [program, stricter], isGoal: false },
  { name: 'in trouble half of the time', troubled: 0.5, programs: [program], isGoal: false },
]

export const run: ChaosRun = {
  name: 'backtest',
  about: 'A day of 200 series is replayed through the loop in at most 10 s',
  async run({ short, seed, report }: ChaosOptions): Promise<void> {
    const hours = short ? 1 : 24
    const folder = await mkdtemp(join(tmpdir(), 'homeostat-backtest-'))
    try {
      for (const { name, troubled, programs, isGoal } of CASES) {
        const file = join(folder, 'day.ndjson')
        await pipeline(Readable.from(recordedDay({ hours, seed, troubled })), createWriteStream(file))
        const began = performance.now()
        const cpu = process.cpuUsage()
        const results = await backtest({ source: await openRecording(file), programs })
        const seconds = (performance.now() - began) / 1000
        const { user, system } = process.cpuUsage(cpu)
        const [first, second] = results
        report({
          run: 'backtest',
          case: `${hours} h of ${first!.series} series, ${name}`,
          seconds,
          cpuSeconds: (user + system) / 1e6,
          evaluations: first!.ticks,
          firings: first!.firings.length,
          actions: first!.actions.length,
          ...(second && { differences: compareBacktests(first!, second).length }),
          ...(isGoal && !short && { goal: `<= ${LIMIT_S} s`, met: seconds <= LIMIT_S }),
        })
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}
