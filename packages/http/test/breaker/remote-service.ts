import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Breakers } from '../../src/breaker/breakers.ts'
import { LocalServer } from '../client/local-server.ts'

type Guarded = ReturnType<Breakers['guarded']>

/** A real server that answers, fails or hangs, as the test says. */
export class RemoteService {
  mode: 'answers' | 'fails' | 'hangs' = 'answers'
  /** How many requests have reached it. */
  reached = 0
  #server: LocalServer | undefined

  get origin(): string {
    return this.#server!.origin
  }

  async start(): Promise<void> {
    this.mode = 'answers'
    this.reached = 0
    this.#server = await LocalServer.start((_, response) => {
      this.reached++
      if (this.mode !== 'hangs') response.writeHead(this.mode === 'fails' ? 503 : 200).end('{}')
    })
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    await server?.[Symbol.asyncDispose]()
  }

  /** Makes a guarded call. @returns the status of the answer */
  async get(service: Guarded): Promise<number> {
    const answer = await service.execute(({ signal }) => fetch(this.origin, { signal }))
    await answer.text()
    return answer.status
  }

  /** Calls a few times per round until the breaker is open, for at most 10 s. */
  async untilOpen(service: Guarded): Promise<void> {
    for (let round = 0; round < 200 && service.state === 'closed'; round++) {
      await Promise.allSettled(Array.from({ length: 3 }, () => this.get(service)))
      await sleep(50)
    }
    expect(service.state).toBe('open')
  }
}

/** Starts a service for each test of a file, and stops it after the test. */
export function remoteService(): RemoteService {
  const remote = new RemoteService()
  beforeEach(() => remote.start())
  afterEach(() => remote.stop())
  return remote
}
