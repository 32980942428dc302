import { cp, mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { EvidenceProcess, known } from './evidence-process.ts'

const DAY_MS = 86_400_000

let folder: string
let now: number

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'homeostat-test-')), 'shop')
  now = Date.now()
})

async function started(): Promise<EvidenceProcess> {
  const process = new EvidenceProcess(folder, () => now)
  await process.disk.start()
  return process
}

const fixtures = new URL('../fixtures/histories', import.meta.url).pathname
const earlier = { ...known, version: '1a2b' }

test('evidence that an earlier release kept in files is read, and kept from then on', async () => {
  await mkdir(folder, { mode: 0o700 })
  await cp(fixtures, join(folder, 'histories'), { recursive: true })
  const first = await started()
  const { trials, breaches, decided: verdict, acts } = first.histories.of(earlier).save()
  expect([trials, breaches, verdict?.verdict]).toEqual([{ act: 6, control: 6 }, { act: 1, control: 0 }, 'effective'])
  expect([acts.length, acts[0]!.before[1]]).toEqual([6, [1_789_999_985_000, 3.12021]])
  await first.disk.save()
  expect(await readdir(join(folder, 'histories'))).toHaveLength(1)

  // The files stay for the earlier release, and do not come back over what was learned since.
  const second = await started()
  expect(second.histories.of(earlier).save()).toEqual(first.histories.of(earlier).save())
  second.histories.of(earlier).advance({ type: 'reset' }, now)
  await second.disk.stop()
  const third = await started()
  expect(third.histories.of(earlier).counts.acts).toBe(0)
  expect([...first.errors, ...second.errors, ...third.errors]).toEqual([])
})

test('files of an earlier release that are damaged are reported once, and those not written for 90 days removed', async () => {
  const histories = join(folder, 'histories')
  await mkdir(folder, { mode: 0o700 })
  await cp(fixtures, histories, { recursive: true })
  for (const [index, text] of ['', '{', 'null', '{"key":"a","savedAt":1,"acts":1,"controls":0}'].entries())
    await writeFile(join(histories, `000000000000000${index}.jsonl`), text)
  const old = join(histories, 'ffffffffffffffff.jsonl')
  await writeFile(old, '')
  await utimes(old, new Date(now - 91 * DAY_MS), new Date(now - 91 * DAY_MS))
  const first = await started()
  expect(first.histories.of(earlier).save().trials.act).toBe(6)
  expect(first.errors.map(String)).toEqual([expect.stringContaining('4 files of the evidence')])
  expect(await readdir(histories)).not.toContain('ffffffffffffffff.jsonl')
})
