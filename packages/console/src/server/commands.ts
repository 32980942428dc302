import type { IncomingMessage } from 'node:http'
import type { ShownHomeostat } from '../shown-homeostat.ts'

/** Who stops actions, for the texts of refusals and log lines. */
export const BY = 'the console'

const LONGEST_BODY = 2000
const LONGEST_NAME = 500

/** Why a command is not obeyed: its input is not valid, or something else stands in its way. */
interface Refused {
  readonly status: 400 | 409
  readonly error: string
}

type Command = (homeostat: ShownHomeostat, body: unknown) => Refused | undefined

/** What the page may change, by its address. Each returns why it is not done, if it is not. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  '/stop': homeostat => {
    homeostat.disable(BY)
    return undefined
  },
  '/resume': homeostat => {
    homeostat.enable()
    const { heldBy } = homeostat.optimizer.killSwitch
    return heldBy === undefined
      ? undefined
      : { status: 409, error: `actions are still stopped by ${heldBy}, which is released where it was set` }
  },
  '/release': (homeostat, body) => {
    const { alert, action } = Object(body) as { readonly alert?: unknown; readonly action?: unknown }
    if (!isName(alert) || !isName(action)) return { status: 400, error: 'release takes {"alert": ..., "action": ...}' }
    homeostat.release(alert, action)
    return undefined
  },
}

/** The body of a request as JSON; undefined where it is not JSON, or longer than a command can be. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_BODY) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as unknown
  } catch {
    return undefined
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME
}
