import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { UndoJournal } from '../../../src/knobs/journal/journal.ts'
import { ownIdentity } from '../../../src/knobs/journal/process-identity.ts'
import { Cell, knobsOver, run, START, temporaryFolder } from '../cell.ts'

import { NAME, useVirtualTime } from '../hurried-undo.ts'

useVirtualTime()

describe('2-26: what a journal holds', () => {
  const dead = { ...ownIdentity(), startedAt: '1' }
  const nameOf = (random: string): string => `${dead.pid}-1-${dead.machine}-${random}.journal`

  beforeEach(() => void vi.useRealTimers())

  /** Journals of dead processes, one a text, and the faults that reading them makes. */
  async function restoredFrom(texts: readonly string[], cells: readonly Cell[], isStopped = false): Promise<unknown[]> {
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o700 })
    for (const [index, text] of texts.entries())
      writeFileSync(join(stateDir, 'shop', nameOf(`0000000${index}`)), text, { mode: 0o600 })
    const faults: unknown[] = []
    const knobs = knobsOver(cells[0]!.knob, {
      stateDir,
      knobs: cells.map(({ knob }) => knob),
      isStopped: () => isStopped,
      onFault: fault => faults.push(fault),
    })
    await knobs.start()
    return faults
  }
  const line = (change: unknown): string => `\n${JSON.stringify({ change })}\n`
  const other = (): Cell => new Cell(4, undefined, { name: 'cache.limit' })
  const good = line({ knob: 'cache.limit', was: 8, set: [4] })

  it.each([
    ['a value far out of the bounds', { knob: NAME, was: 1e9, set: [4] }],
    ['a value right out of the bounds', { knob: NAME, was: 20.000001, set: [4] }],
    ['a negative value', { knob: NAME, was: -1, set: [4] }],
  ])('%s is refused and reported once, and another record counts', async (_, change) => {
    const [cell, next] = [new Cell(4), other()]
    const faults = await restoredFrom([line(change) + good], [cell, next])
    expect([cell.sets, next.value]).toEqual([[], 8])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_RECORD_REFUSED' })])
    expect(String(faults[0])).toContain(`${NAME} is refused: its value is out of the bounds 1 to 20`)
    expect(String(faults[0])).not.toMatch(/1000000000|20\.0/)
  })

  it.each([
    '{"change":{"knob":"worker.concurrency","was":1e999,"set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":null,"set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":"8","set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":[]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":["4"]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":{"length":1,"0":4}}}',
    `{"change":{"knob":"worker.concurrency","was":8,"set":[${'4,'.repeat(1000)}4]}}`,
    '{"change":{"__proto__":{"knob":"worker.concurrency","was":8,"set":[4]}}}',
    '{"change":{"knob":{"toString":1},"was":8,"set":[4]}}',
    `{"change":{"knob":"${'x'.repeat(100_000)}","was":8,"set":[4]}}`,
    `{"change":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    '{"__proto__":null,"settled":"cache.limit2"}',
    '{"change":{"version":2,"knob":"other.knob","was":8,"set":[4]}}x',
    'null',
    '7',
    '"text"',
    '\u0000\ufffd{]',
  ])('line %# of what is not a record changes nothing and hides no other record', async text => {
    const [cell, next] = [new Cell(4), other()]
    await restoredFrom([`${text}\n${good}`], [cell, next])
    expect([cell.sets, next.value]).toEqual([[], 8])
  })

  it('a journal in which a later release has written is left to that release', async () => {
    const cell = new Cell(4)
    const text = line({ version: 2, knob: NAME, was: 8, set: [4] })
    const faults = await restoredFrom([text], [cell])
    expect([cell.sets, faults]).toEqual([[], []])
  })

  it('something else in the place of a journal is reported, holds nothing up, and hides no other journal', async () => {
    const stateDir = temporaryFolder()
    const folder = join(stateDir, 'shop')
    mkdirSync(folder, { mode: 0o700 })
    const path = (random: string): string => join(folder, nameOf(random))
    spawnSync('mkfifo', [path('00000000')])
    spawnSync('ln', ['-s', '/dev/zero', path('00000001')])
    mkdirSync(path('00000002'))
    writeFileSync(path('00000003'), 'x'.repeat(5_000_000))
    spawnSync('mkfifo', [join(folder, 'exclusions.ndjson')])
    const journal = new UndoJournal({ folder, leaseMs: 60_000, identity: dead })
    await journal.record({ knob: NAME, was: 8, set: [4] })
    await journal.close()
    const cell = new Cell(4)
    const faults: unknown[] = []
    await knobsOver(cell.knob, { stateDir, onFault: fault => faults.push(fault) }).start()
    expect(cell.value).toBe(8)
    const codes = faults.map(fault => String((fault as { code?: unknown }).code)).toSorted()
    expect(codes).toEqual(['HOMEOSTAT_FILE_TOO_LARGE', ...Array<string>(4).fill('HOMEOSTAT_IRREGULAR_FILE')])
    expect(readdirSync(folder)).toHaveLength(5)
  })

  it('an exclusion without an end ends within a year, and one that is not valid is ignored', async () => {
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o700 })
    const lines = ['{"knob":"worker.concurrency","until":1e300}', '{"knob":"cache.limit","until":"x"}', 'null', '[]']
    writeFileSync(join(stateDir, 'shop', 'exclusions.ndjson'), lines.join('\n'))
    const cell = new Cell()
    const knobs = knobsOver(cell.knob, { stateDir })
    await knobs.start()
    expect(knobs.excludedUntil(NAME)).toBe(START + 366 * 86_400_000)
    expect((await run(cell.knob, knobs, { to: 4 })).problems?.[0]).toContain('is not changed until 2027-01-02')
    expect(knobs.excludedUntil('cache.limit')).toBeUndefined()
  })

  it('is undone also while everything is stopped, for that is an undo; nothing else is set', async () => {
    const [cell, next] = [new Cell(4), other()]
    await restoredFrom([line({ knob: NAME, was: 1e9, set: [4] }) + good], [cell, next], true)
    expect([cell.sets, next.sets]).toEqual([[], [8]])
  })

  it('stays on the disk when it is refused, for a process with other bounds', async () => {
    const stateDir = temporaryFolder()
    const journal = new UndoJournal({ folder: join(stateDir, 'shop'), leaseMs: 60_000, identity: dead })
    await journal.record({ knob: NAME, was: 50, set: [4] })
    await journal.close()
    const cell = new Cell(4)
    const narrow = knobsOver(cell.knob, { stateDir, sweepMs: 10 })
    await narrow.start()
    expect((await run(cell.knob, narrow, { to: 2 })).problems?.[0]).toMatch(/could not be restored yet/)
    await narrow.close()
    const [name = ''] = readdirSync(join(stateDir, 'shop'))
    expect(readFileSync(join(stateDir, 'shop', name), 'utf8')).toContain('"was":50')
  })
})
