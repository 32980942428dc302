import { createServer } from 'node:net'
import { PortTakenError } from './errors.ts'

const ATTEMPTS = 10

/** A port on 127.0.0.1 that nobody uses at this moment. */
export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/**
 * Starts something on a free port. Another process may take the port between our look and the start: then the next one is tried.
 * A port asked for by number is tried once.
 */
export async function startOnFreePort<T>(
  start: (port: number) => Promise<T>,
  wanted?: number,
  find: () => Promise<number> = findFreePort,
): Promise<T> {
  if (wanted !== undefined) return start(wanted)
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await find())
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === ATTEMPTS) throw error
    }
  }
}
