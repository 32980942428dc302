import { setTimeout as delay } from 'node:timers/promises'
import { PortTakenError, ServerStartError } from './errors.ts'
import type { OwnedProcess } from './guardian.ts'

const POLL_MS = 10
const START_LIMIT_MS = 60_000

/** Waits until a server that was just started answers; ends it, and says why, when it does not. */
export async function waitUntilReady(
  server: OwnedProcess,
  name: string,
  port: number,
  isReady: () => Promise<boolean>,
  limitMs: number = START_LIMIT_MS,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isReady())) {
    if (server.exit) throw startFailure(server, name, port)
    if (performance.now() > deadline) {
      await server.stop('SIGKILL')
      throw new ServerStartError(
        `${name} did not answer on 127.0.0.1:${port} within ${limitMs / 1000} s: ${lastWords(server)}`,
      )
    }
    await delay(POLL_MS)
  }
}

function startFailure(server: OwnedProcess, name: string, port: number): Error {
  if (server.output.some(line => /address already in use/i.test(line))) return new PortTakenError(port)
  const how = server.exit?.signal ?? `exit code ${server.exit?.code}`
  return new ServerStartError(`${name} ended while starting (${how}): ${lastWords(server)}`)
}

function lastWords({ output }: OwnedProcess): string {
  const line = output.findLast(text => /fatal|error/i.test(text)) ?? output.at(-1) ?? 'it printed nothing'
  return `${line.trim()}; see its settings`
}
