import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly help: boolean
  /** Go on until Ctrl-C. */
  readonly watch: boolean
  /** The load ends after this time at the latest. */
  readonly durationMs: number
}

/** With starting and stopping, the whole demonstration stays below three minutes. */
const LONGEST_SECONDS = 160

export const usage = `Usage: npm start -- [--watch] [--duration <seconds>] [--help]

Starts Postgres, Redis and the shop, brings trouble to it for at most ${LONGEST_SECONDS} s and shows what Homeostat does about it.

  --watch               keep the shop and its everyday load running afterwards, until Ctrl-C
  --duration <seconds>  end the load after this time at the latest (30 to ${LONGEST_SECONDS})
  --help                this text

Exit code: 0 when all that was expected has happened, 1 when not, 2 for wrong options, 130 after Ctrl-C.
DATABASE_URL and REDIS_URL, when set, are used instead of servers of our own. NO_COLOR is honoured.`

export class OptionError extends Error {
  override readonly name = 'OptionError'
}

export function parseOptions(args: readonly string[]): DemoOptions {
  const { watch, help, duration } = parse(args)
  const seconds = duration === undefined ? LONGEST_SECONDS : Number(duration)
  if (!(seconds >= 30 && seconds <= LONGEST_SECONDS)) {
    throw new OptionError(`--duration must be a number of seconds from 30 to ${LONGEST_SECONDS}`)
  }
  return { help, watch, durationMs: seconds * 1000 }
}

function parse(args: readonly string[]): { watch: boolean; help: boolean; duration?: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        duration: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new OptionError(`${(error as Error).message.split('\n')[0]}; see --help`)
  }
}
