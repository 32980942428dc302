import { describe, expect, it } from 'vitest'
import { PortTakenError } from '../src/errors.ts'
import { findFreePort, startOnFreePort } from '../src/free-port.ts'
import { guardian } from '../src/guardian.ts'
import { createCluster, runCluster } from '../src/postgres-cluster.ts'
import { findPostgresBinaries } from '../src/postgres-binaries.ts'
import { unprivilegedUser } from '../src/unprivileged-user.ts'
import { holdPort } from './held-port.ts'

describe('startOnFreePort', () => {
  it('takes another port when a real server finds its port taken', async () => {
    await using other = await holdPort()
    const user = await unprivilegedUser()
    const cluster = await createCluster(await findPostgresBinaries(['debian', 'embedded'], user, () => {}))
    const tried: number[] = []
    const find = async (): Promise<number> => (tried.length === 0 ? other.port : findFreePort())
    const running = await startOnFreePort(
      port => {
        tried.push(port)
        return runCluster(cluster, {}, port)
      },
      undefined,
      find,
    )
    expect(tried).toEqual([other.port, running.port])
    await guardian().remove(cluster.folder)
    expect(running.process.exit).toBeDefined()
  })

  it('gives up after ten taken ports, and at once on any other failure', async () => {
    let attempts = 0
    const taken = async (port: number): Promise<never> => {
      attempts++
      throw new PortTakenError(port)
    }
    await expect(startOnFreePort(taken)).rejects.toBeInstanceOf(PortTakenError)
    expect(attempts).toBe(10)
    const broken = async (): Promise<never> => {
      attempts++
      throw new Error('broken')
    }
    await expect(startOnFreePort(broken)).rejects.toThrow('broken')
    expect(attempts).toBe(11)
  })
})
