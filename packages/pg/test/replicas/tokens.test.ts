import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReplicaPool, type ReplicaRouting } from '../../src/replicas.ts'

/** Where no server answers: nothing of it is needed. */
function routing(tokenSecrets?: readonly unknown[]): ReplicaRouting {
  const primary = new pg.Pool({ host: '127.0.0.1', port: 1 })
  const pool = createReplicaPool({
    primary,
    replicas: [],
    ...(tokenSecrets && { tokenSecrets: tokenSecrets as string[] }),
  })
  onTestFinished(() => pool.end())
  return pool.routing
}

describe('without a secret that can be used', () => {
  it.each([undefined, [], [''], [undefined], ['too short']])('tokenSecrets: %j', secrets => {
    const without = routing(secrets as readonly unknown[] | undefined)
    for (const use of [
      () => without.middleware(),
      () => without.middleware({ cookie: false }),
      () => without.jobData({}),
    ])
      expect(use).toThrow('tokens need the option tokenSecrets of createReplicaPool()')
    expect(without.middleware({ cookie: false, header: false })).toBeTypeOf('function')
  })
})

it('with one, the middleware is made', () => {
  expect(routing(['a secret of the tests']).middleware()).toBeTypeOf('function')
})
