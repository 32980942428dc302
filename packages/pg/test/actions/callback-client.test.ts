import { Client } from 'pg'
import { expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { describeProblem } from '../../src/actions/problem.ts'

/** A subclass of the application that was written before promises. */
class CallbackClient extends Client {
  override connect(): never {
    return undefined as never
  }
}

class Hollow {
  on(): void {}
}

it.each([CallbackClient, Hollow, undefined, 5])(
  '2-15: a client class without promises is a problem in one line: %s',
  async each => {
    const origin = { address: 'db:5432/shop', Client: each, connectionOptions: () => ({}) }
    const connected = DedicatedClient.connect(origin, new AbortController().signal, () => undefined)
    const problem: unknown = await connected.catch((error: unknown) => error)
    expect(describeProblem(origin.address, problem)).toMatch(/^db:5432\/shop: failed \(\w+\)$/)
  },
)
