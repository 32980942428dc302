import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChangeRecord } from '../../../src/knobs/journal/change-record.ts'
import { JournalFile } from '../../../src/knobs/journal/journal-file.ts'
import { temporaryFolder } from '../cell.ts'

const change = (knob: string, ...set: number[]): ChangeRecord => ({ knob, was: 8, set })

describe('an undo journal', () => {
  it('knows every change that was not undone', async () => {
    const path = join(temporaryFolder(), 'a.journal')
    const journal = await JournalFile.read(path)
    await journal.record(change('worker.concurrency', 4))
    await journal.record(change('cache.limit', 100))
    await journal.record(change('worker.concurrency', 4, 2))
    await journal.settle('cache.limit')
    expect((await JournalFile.read(path)).changes).toEqual([change('worker.concurrency', 4, 2)])
    await journal.close()
  })

  it('holds every finished call after a kill at any byte', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'whole.journal')
    const journal = await JournalFile.read(path)
    const ends: { readonly size: number; readonly changes: readonly ChangeRecord[] }[] = [{ size: 0, changes: [] }]
    const steps = [
      () => journal.record(change('a', 4)),
      () => journal.record(change('b', 5)),
      () => journal.settle('a'),
      () => journal.record(change('a', 6, 7)),
      () => journal.settle('b'),
    ]
    for (const step of steps) {
      await step()
      ends.push({ size: statSync(path).size, changes: journal.changes })
    }
    await journal.close()
    const bytes = readFileSync(path)
    for (let size = 0; size <= bytes.length; size++) {
      const torn = join(folder, `${size}.journal`)
      writeFileSync(torn, bytes.subarray(0, size))
      // The line end alone may be missing: the line then counts already, which is as good, for its effect had not come.
      const atLeast = ends.findLast(end => end.size <= size)?.changes
      const atMost = ends.findLast(end => end.size <= size + 1)?.changes
      const read = await JournalFile.read(torn)
      const changes = read.changes
      expect([atLeast, atMost]).toContainEqual(changes)
      // And it goes on from there.
      await read.record(change('c', 9))
      expect((await JournalFile.read(torn)).changes).toEqual([...changes, change('c', 9)])
      await read.close()
    }
  })

  it('does not grow with the number of changes, only with those that are open', async () => {
    const path = join(temporaryFolder(), 'a.journal')
    const journal = await JournalFile.read(path)
    await journal.record(change('long', 1))
    for (let i = 0; i < 600; i++) {
      await journal.record(change('short', i))
      await journal.settle('short')
    }
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(510)
    expect((await JournalFile.read(path)).changes).toEqual([change('long', 1)])
    await journal.close()
  })

  it('is gone when nothing in it is open any more', async () => {
    const path = join(temporaryFolder(), 'a.journal')
    const journal = await JournalFile.read(path)
    await journal.record(change('a', 4))
    await journal.close()
    expect((await JournalFile.read(path)).changes).toHaveLength(1)
    await journal.settle('a')
    await journal.close()
    expect(() => statSync(path)).toThrow(/ENOENT/)
  })
})
