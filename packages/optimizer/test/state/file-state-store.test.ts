import { chmod, mkdtemp, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type StateStore } from '../../src/index.ts'
import { createFileStateStore } from '../../src/engines.ts'

const HOUR_MS = 3_600_000

let folder: string
let store: StateStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-test-'))
  store = createFileStateStore({ folder })
})

const state = (): string => join(folder, 'state')

test('only the user may read the file, and its name does not reveal the key', async () => {
  await store.write('secret-key', 'learned')
  const [name] = await readdir(state())
  expect(name).toMatch(/^[0-9a-f]{32}\.state$/)
  expect((await stat(state())).mode & 0o777).toBe(0o700)
  expect((await stat(join(state(), name!))).mode & 0o777).toBe(0o600)
})

test('a file that somebody else could have written is not read', async () => {
  await store.write('forecasts', 'learned')
  await chmod(state(), 0o777)
  const refused = store.read('forecasts')
  await expect(refused).rejects.toMatchObject({ code: 'HOMEOSTAT_STATE_STORE_UNAVAILABLE' })
  await expect(refused).rejects.toThrow(
    `file ${state()} does not keep state: others may write to it; set stateDir or HOMEOSTAT_STATE_DIR to a folder of your own`,
  )
  await expect(store.write('forecasts', 'more')).rejects.toThrow('others may write to it')
})

test('a link in the place of the folder is not followed', async () => {
  await symlink(await mkdtemp(join(tmpdir(), 'homeostat-test-')), state())
  await expect(store.write('forecasts', 'learned')).rejects.toThrow('it is not a folder')
})

test('a draft that a killed process has left is removed by a later one, and one under way is not', async () => {
  await store.write('forecasts', 'learned')
  const [name] = await readdir(state())
  const [left, underWay] = ['a', 'b'].map(draft => join(state(), `${name}.${draft}`))
  for (const draft of [left!, underWay!]) await writeFile(draft, 'lear')
  const old = new Date(Date.now() - 2 * HOUR_MS)
  await utimes(left!, old, old)
  await utimes(join(state(), name!), old, old)

  const next = createFileStateStore({ folder })
  await next.write('other', 'more')
  expect(await readdir(state())).toHaveLength(3)
  expect(await readdir(state())).toContain(`${name}.b`)
  expect(await next.read('forecasts')).toBe('learned')
})
