import type { Redis } from 'ioredis'

/** What a server was sent while one looked. */
export interface SentCommands {
  /** How often each queue was read, by prefix and name. */
  readonly readings: ReadonlyMap<string, number>
  /** Every other command that came over a connection, e.g. `INFO`. */
  readonly others: readonly string[]
}

/** Looks at everything that a server is sent for a time. Commands of scripts do not come over a connection. */
export async function readingsIn(admin: Redis, ms: number): Promise<SentCommands> {
  const monitor = await admin.duplicate().monitor()
  const readings = new Map<string, number>()
  const others: string[] = []
  monitor.on('monitor', (_time: string, [command = '', ...args]: string[], source: string) => {
    if (source === 'lua') return
    // A script's keys come after it and their number; the first one is `<prefix>:<name>:wait`.
    const queue = /^eval$/i.test(command) ? /^(.*):wait$/.exec(args[2] ?? '')?.[1] : undefined
    if (queue === undefined) others.push(command.toUpperCase())
    else readings.set(queue, (readings.get(queue) ?? 0) + 1)
  })
  await new Promise(resolve => setTimeout(resolve, ms))
  monitor.disconnect()
  return { readings, others }
}
