import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Redis } from 'ioredis'

/** The commands that a server has received while the test looked. */
export interface SentCommands {
  /** How often each queue was read, by prefix and name. */
  readonly readings: ReadonlyMap<string, number>
  /** Every other command that came over a connection, e.g. `INFO`. */
  readonly others: readonly string[]
}

/** A line of `MONITOR`: `+1796013757.200817 [0 127.0.0.1:6379] "GET" "key"`. */
const LINE = /^\+\d+\.\d+ \[\d+ (?<source>[^\]]+)\] (?<words>.*)$/
const WORD = /"((?:[^"\\]|\\.)*)"/g

/**
 * Looks at everything that a server is sent for a time. Commands of scripts do not come over a connection.
 *
 * A plain socket, because `monitor()` of ioredis fails when the first lines arrive in one packet with the answer: it takes
 * them for replies ("Command queue state error").
 */
export async function readingsIn(admin: Redis, ms: number): Promise<SentCommands> {
  const { host = '127.0.0.1', port = 6379 } = admin.options
  const socket = connect({ host, port })
  await once(socket, 'connect')
  const lines = createInterface(socket)
  const answered = once(lines, 'line')
  socket.write('MONITOR\r\n')
  expectOk(await answered)

  const readings = new Map<string, number>()
  const others: string[] = []
  lines.on('line', line => {
    const { source, words = '' } = LINE.exec(line)?.groups ?? {}
    if (source === undefined) throw new Error(`Not a line of MONITOR: ${line}`)
    if (source === 'lua') return
    const [command = '', ...args] = Array.from(words.matchAll(WORD), ([, word = '']) => word)
    // A script's keys come after it and their number; the first one is `<prefix>:<name>:wait`.
    const queue = /^eval$/i.test(command) ? /^(.*):wait$/.exec(args[2] ?? '')?.[1] : undefined
    if (queue === undefined) others.push(command.toUpperCase())
    else readings.set(queue, (readings.get(queue) ?? 0) + 1)
  })
  await new Promise(resolve => setTimeout(resolve, ms))
  lines.close()
  socket.destroy()
  return { readings, others }
}

function expectOk([answer]: unknown[]): void {
  if (answer !== '+OK') throw new Error(`MONITOR was answered with ${String(answer)}`)
}
