import { parseArgs } from 'node:util'
import { LATEST_MS, LOAD_MS } from '../load/troubles.ts'
import type { Lane } from '../settings.ts'
import { LANES } from '../settings.ts'

export interface DemoOptions {
  readonly help: boolean
  /** Go on until Ctrl-C. */
  readonly watch: boolean
  /** The load ends after this time. Undefined: when all is over that it is about. */
  readonly durationMs: number | undefined
  /** The shops that get the same load, Homeostat's last. */
  readonly lanes: readonly Lane[]
  readonly seed: number
  /** How many demonstrations, each with the next seed. */
  readonly seeds: number
}

const LONGEST_SECONDS = LATEST_MS / 1000
const DEFAULT_LANES: readonly Lane[] = ['plain', 'homeostat']

export const usage = `Usage: npm start -- [options]

Starts the shop twice, each with a Postgres and a Redis of its own: as it was,
and with Homeostat. Both get the same visitors and the same trouble for ${LOAD_MS / 1000} s,
and longer (${LONGEST_SECONDS} s at most) where a busy machine delays a trial. Then the
process with Homeostat is killed and started again.

  --lanes <list>        which shops: plain, static (load shedding by
                        @fastify/under-pressure, tuned by hand), homeostat, or
                        all; side by side where there are cores for all of
                        them, else one after the other [plain,homeostat]
  --seed <number>       draws other visitors [1]
  --seeds <number>      that many demonstrations of Homeostat alone, from
                        --seed on, and how often each promise was kept
  --watch               keep the shop and its everyday load running afterwards,
                        until Ctrl-C
  --duration <seconds>  end the load after this time (30 to ${LONGEST_SECONDS})
  --help                this text

Exit code: 0 when all that is promised has happened, 1 when not, 2 for wrong
options, 130 after Ctrl-C. With DATABASE_URL or REDIS_URL all shops share that
server: each has a database and a prefix of keys of its own there, and both are
removed at the end. NO_COLOR is honoured.`

export class OptionError extends Error {
  override readonly name = 'OptionError'
}

export function parseOptions(args: readonly string[]): DemoOptions {
  const { watch, help, ...given } = parse(args)
  const seeds = numberOf('seeds', given.seeds, 1, 1, 1000)
  const lanes = lanesOf(given.lanes, seeds)
  if (watch && !lanes.includes('homeostat')) throw new OptionError('--watch needs the lane homeostat')
  if (watch && seeds > 1) throw new OptionError('--watch and --seeds do not go together')
  return {
    help,
    watch,
    lanes,
    seeds,
    seed: numberOf('seed', given.seed, 1, 0, 1_000_000),
    durationMs:
      given.duration === undefined ? undefined : numberOf('duration', given.duration, 0, 30, LONGEST_SECONDS) * 1000,
  }
}

function lanesOf(value: string | undefined, seeds: number): readonly Lane[] {
  if (value === undefined) return seeds > 1 ? ['homeostat'] : DEFAULT_LANES
  const names = value === 'all' ? LANES : value.split(',')
  const unknown = names.find(name => !LANES.some(lane => lane === name))
  if (unknown !== undefined) throw new OptionError(`--lanes must be all, or some of ${LANES.join(', ')}`)
  // Homeostat's is the last: it is the one that is watched.
  return LANES.filter(lane => names.includes(lane))
}

function numberOf(name: string, value: string | undefined, usual: number, least: number, most: number): number {
  const number = value === undefined ? usual : Number(value)
  if (value !== '' && number >= least && number <= most && (name === 'duration' || Number.isInteger(number)))
    return number
  const kind = name === 'duration' ? 'a number of seconds' : 'a whole number'
  throw new OptionError(`--${name} must be ${kind} from ${least} to ${most}`)
}

interface Given {
  readonly watch: boolean
  readonly help: boolean
  readonly duration?: string | undefined
  readonly lanes?: string | undefined
  readonly seed?: string | undefined
  readonly seeds?: string | undefined
}

function parse(args: readonly string[]): Given {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        duration: { type: 'string' },
        lanes: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new OptionError(`${(error as Error).message.split('. ')[0]}; see --help`)
  }
}
