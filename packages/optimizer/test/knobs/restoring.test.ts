import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { UndoJournal } from '../../src/knobs/journal/journal.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../../src/knobs/journal/process-identity.ts'
import { stateFolder } from '../../src/state/state-folder.ts'
import { Cell, knobsOver, run, START, temporaryFolder } from './cell.ts'

const NAME = 'worker.concurrency'
/** Of this machine, with a start that no process has. */
const dead = (): ProcessIdentity => ({ ...ownIdentity(), startedAt: '1' })
const elsewhere = (): ProcessIdentity => ({ ...ownIdentity(), machine: '0123456789ab' })

/** What a process leaves that is killed after it has set the knob to 4, or right before. */
async function leave(stateDir: string, identity: ProcessIdentity, knob = NAME): Promise<void> {
  const journal = new UndoJournal({ folder: join(stateDir, 'shop'), leaseMs: 60_000, identity })
  await journal.record({ knob, was: 8, set: [4] })
  await journal.close()
}

const journals = (stateDir: string): string[] =>
  readdirSync(join(stateDir, 'shop')).filter(name => name.endsWith('.journal'))

describe('the changes of a killed process', () => {
  it.each([
    ['is restored at the next start', 4, 8, undefined],
    ['is left alone when it was not set yet', 8, 8, undefined],
    ['is left alone when a person has set it since', 6, 6, START + 86_400_000],
  ])('%s', async (_, found, restored, excludedUntil) => {
    const stateDir = temporaryFolder()
    await leave(stateDir, dead())
    const cell = new Cell(found)
    const knobs = knobsOver(cell.knob, { stateDir })
    await knobs.start()
    expect(cell.value).toBe(restored)
    expect(knobs.excludedUntil(NAME)).toBe(excludedUntil)
    expect(journals(stateDir)).toEqual([])
  })

  it('is not touched while the process lives', async () => {
    const stateDir = temporaryFolder()
    await leave(stateDir, ownIdentity())
    const cell = new Cell(4)
    await knobsOver(cell.knob, { stateDir }).start()
    expect(cell.value).toBe(4)
    expect(journals(stateDir)).toHaveLength(1)
  })

  it('is restored when a process of another container gave no sign for two lease times', async () => {
    const stateDir = temporaryFolder()
    await leave(stateDir, elsewhere())
    const cell = new Cell(4)
    const knobs = knobsOver(cell.knob, { stateDir, sweepMs: 20, clock: Date.now })
    await knobs.start()
    expect(cell.value).toBe(4)
    const [name = ''] = journals(stateDir)
    utimesSync(join(stateDir, 'shop', name), 0, Date.now() / 1000 - 121)
    await vi.waitFor(() => expect(cell.value).toBe(8), { timeout: 5000 })
    await knobs.close()
  })

  it('waits until the knob answers again, and the knob is not set before', async () => {
    const stateDir = temporaryFolder()
    await leave(stateDir, dead())
    const cell = new Cell(4)
    let broken = true
    const read = (): number => {
      if (broken) throw new Error('not now')
      return cell.value
    }
    const knob = { ...cell.knob, read }
    const knobs = knobsOver(knob, { stateDir, sweepMs: 20 })
    const receipt = await run(knob, knobs, { to: 2 })
    expect(receipt.problems?.[0]).toMatch(/still changed by an earlier process/)
    broken = false
    await vi.waitFor(() => expect(cell.value).toBe(8), { timeout: 5000 })
    await knobs.close()
  })

  it('waits for a program that has the knob', async () => {
    const stateDir = temporaryFolder()
    await leave(stateDir, dead(), 'cache.limit')
    const stranger = knobsOver(new Cell().knob, { stateDir })
    await stranger.start()
    await stranger.close()
    const cell = new Cell(4, undefined, { name: 'cache.limit' })
    await knobsOver(cell.knob, { stateDir }).start()
    expect(cell.value).toBe(8)
  })

  it('is not read from a folder that somebody else could have put there', async () => {
    const real = temporaryFolder()
    await leave(real, dead())
    const stateDir = temporaryFolder()
    symlinkSync(join(real, 'shop'), join(stateDir, 'shop'))
    const cell = new Cell(4)
    const faults: unknown[] = []
    await knobsOver(cell.knob, { stateDir, onFault: fault => faults.push(fault) }).start()
    expect(cell.value).toBe(4)
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_JOURNAL_UNAVAILABLE' })])
  })
})

describe('the owner of a journal', () => {
  it('lives as long as its process, zombies excluded', async () => {
    const own = ownIdentity()
    expect(isAlive(own, own)).toBe(true)
    expect(isAlive(dead(), own)).toBe(false)
    expect(isAlive(elsewhere(), own)).toBeUndefined()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    expect(isAlive({ ...own, pid: child.pid ?? 0 }, own)).toBe(false)
  })
})

describe('the folder of the journals', () => {
  it('is the option, else of the environment, else of the user; one a service', () => {
    const environment = { HOMEOSTAT_STATE_DIR: '/var/lib/homeostat' }
    expect(stateFolder({ stateDir: '/state', service: 'shop', environment })).toBe('/state/shop')
    expect(stateFolder({ service: '../@acme/shop', environment })).toMatch(
      /^\/var\/lib\/homeostat\/_acme_shop@[0-9a-f]{16}$/,
    )
    expect(stateFolder({ service: 'shop', environment: {} })).toMatch(/homeostat-[^/]+\/shop$/)
  })
})
