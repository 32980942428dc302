import type { IncomingMessage } from 'node:http'
import type { ShownHomeostat } from '../shown-homeostat.ts'

/** Who stops actions, for the texts of refusals and log lines. */
export const BY = 'the console'

const LONGEST_BODY = 2000
const LONGEST_NAME = 500

type Command = (homeostat: ShownHomeostat, body: unknown) => string | undefined

/** What the page may change, by its address. Each returns what is wrong with its input, if anything is. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  '/stop': homeostat => {
    homeostat.disable(BY)
    return undefined
  },
  '/resume': homeostat => {
    homeostat.enable()
    return undefined
  },
  '/release': (homeostat, body) => {
    const { alert, action } = Object(body) as { readonly alert?: unknown; readonly action?: unknown }
    if (!isName(alert) || !isName(action)) return 'release takes {"alert": ..., "action": ...}'
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
