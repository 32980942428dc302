import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Exclusions } from '../../../src/knobs/journal/exclusions.ts'
import { temporaryFolder } from '../cell.ts'

it("a file that is written anew keeps what another process has excluded since it was read, and that process's consent", async () => {
  const folder = join(temporaryFolder(), 'shop')
  mkdirSync(folder, { mode: 0o700 })
  const [one, other] = [new Exclusions(folder), new Exclusions(folder)]
  await one.exclude('consented', 5000)
  await other.refresh(0)
  await other.exclude('theirs', 5000)
  await other.lift('consented')
  const name = 'x'.repeat(500)
  const path = join(folder, 'exclusions.ndjson')
  let before = 0
  do {
    before = statSync(path).size
    await one.exclude(name, 5000)
  } while (statSync(path).size > before)
  const next = new Exclusions(folder)
  await next.refresh(0)
  expect(next.until('theirs', 0)).toBe(5000)
  expect(next.until(name, 0)).toBe(5000)
  expect(next.until('consented', 0)).toBeUndefined()
})
