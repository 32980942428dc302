import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Receipt } from '@homeostat/optimizer'
import { createTempFolder, type TempFolder, TempFolderNameError } from '../../src/domain.ts'

const NOW = Date.now()
const HOUR = 3_600_000
const MANIFEST = '.homeostat-owner.json'
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temp-folder-test-'))
})
afterEach(() => rm(root, { recursive: true }))

const create = (options: { maxFiles?: number } = {}): Promise<TempFolder> =>
  createTempFolder({ name: 'uploads', maxAgeMs: HOUR, root, ...options })

function reclaim(folder: TempFolder, signal = new AbortController().signal): Promise<Receipt> {
  return folder.reclaimer.reclaim({ now: NOW, signal, sliceMs: 2 })
}
async function put(path: string, ageMs: number, text = 'text'): Promise<string> {
  await writeFile(path, text)
  const at = new Date(NOW - ageMs)
  await utimes(path, at, at)
  return path
}

/** A folder as a process that has ended left it: made by a real process that is gone. */
async function leftFolder(change: Record<string, unknown> = {}): Promise<string> {
  const live = await createTempFolder({ name: 'uploads', maxAgeMs: HOUR, root })
  const manifest = join(live.path, MANIFEST)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const owner = { ...(JSON.parse(await readFile(manifest, 'utf8')) as object), pid, ...change }
  await writeFile(manifest, JSON.stringify(owner))
  return live.path
}

describe('old temp files', () => {
  test('exactly the regular files past their age go, whatever else lies there', async () => {
    const kinds = fc.constantFrom('file', 'folder', 'link to a file', 'link to a folder')
    const entries = fc.array(fc.tuple(kinds, fc.boolean()), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(entries, async found => {
        await using folder = await create()
        const outside = await mkdtemp(join(root, 'outside-'))
        const foreign = await put(join(outside, 'foreign'), 2 * HOUR)
        const stays: string[] = []
        let old = 0
        for (const [index, [kind, isOld]] of found.entries()) {
          const path = join(folder.path, `${index}`)
          if (kind === 'file') await put(path, isOld ? 2 * HOUR : HOUR / 2)
          else if (kind === 'folder') {
            await mkdir(path)
            await put(join(path, 'inner'), 2 * HOUR)
          } else await symlink(kind === 'link to a file' ? foreign : outside, path)
          if (kind === 'file' && isOld) old++
          else stays.push(`${index}`)
        }
        const receipt = await reclaim(folder)
        expect(receipt.effects).toEqual({ files: old, bytes: 4 * old, folders: 0 })
        expect((await readdir(folder.path)).toSorted()).toEqual([MANIFEST, ...stays].toSorted())
        expect(existsSync(foreign)).toBe(true)
        for (const name of stays) await rm(join(folder.path, name), { recursive: true })
      }),
      { numRuns: 25 },
    )
  })

  test('one run removes no more than it may, and stops at the abort', async () => {
    const folder = await create({ maxFiles: 3 })
    for (let index = 0; index < 5; index++) await put(join(folder.path, `${index}`), 2 * HOUR)
    expect((await reclaim(folder, AbortSignal.abort())).effects).toMatchObject({ files: 0 })
    expect((await reclaim(folder)).effects).toMatchObject({ files: 3 })
    expect((await reclaim(folder)).effects).toMatchObject({ files: 2 })
  })

  test('a folder that was put in the place of ours is left alone', async () => {
    const folder = await create()
    const elsewhere = await mkdtemp(join(root, 'elsewhere-'))
    const foreign = await put(join(elsewhere, 'foreign'), 2 * HOUR)
    await rename(folder.path, join(root, 'moved'))
    await symlink(elsewhere, folder.path)
    expect((await reclaim(folder)).effects).toEqual({ files: 0, bytes: 0, folders: 0 })
    expect(existsSync(foreign)).toBe(true)
  })
})

describe('folders of processes that have ended', () => {
  test('old files go, and the folder with them; young ones stay', async () => {
    const folder = await create()
    const left = await leftFolder()
    await put(join(left, 'old'), 2 * HOUR)
    const young = await put(join(left, 'young'), 0)
    expect((await reclaim(folder)).effects).toEqual({ files: 1, bytes: 4, folders: 0 })
    await rm(young)
    expect((await reclaim(folder)).effects).toEqual({ files: 0, bytes: 0, folders: 1 })
    expect(existsSync(left)).toBe(false)
  })

  test('a process id that was given to another process since does not keep the folder', async () => {
    const left = await leftFolder({ pid: process.pid, startTime: '1' })
    expect((await reclaim(await create())).effects).toMatchObject({ folders: process.platform === 'linux' ? 1 : 0 })
    expect(existsSync(left)).toBe(process.platform !== 'linux')
  })

  test.each([
    ['lives', { pid: process.pid }],
    ['runs on another machine', { hostname: 'elsewhere' }],
    ['runs in another container', { pidNamespace: 'pid:[1]' }],
    ['cannot be told', { pid: -1 }],
  ])('a folder whose maker %s is left alone', async (_, change) => {
    const left = await leftFolder(change)
    const old = await put(join(left, 'old'), 2 * HOUR)
    await reclaim(await create())
    expect(existsSync(old)).toBe(true)
  })

  test('a folder of that name that others can write to, or that has no manifest of ours, is left alone', async () => {
    const open = await leftFolder()
    const kept = await put(join(open, 'old'), 2 * HOUR)
    await chmod(open, 0o777)
    const bare = await mkdtemp(join(root, 'homeostat-uploads-'))
    const other = await put(join(bare, 'old'), 2 * HOUR)
    const linked = await leftFolder()
    const third = await put(join(linked, 'old'), 2 * HOUR)
    await rename(join(linked, MANIFEST), join(root, 'manifest'))
    await symlink(join(root, 'manifest'), join(linked, MANIFEST))
    await reclaim(await create())
    expect([kept, other, third].map(path => existsSync(path))).toEqual([true, true, true])
  })
})

test('disposing removes the folder when it is empty and never what the application left in it', async () => {
  const empty = await create()
  await empty[Symbol.asyncDispose]()
  expect(existsSync(empty.path)).toBe(false)
  const used = await create()
  const file = await put(join(used.path, 'file'), 0)
  await used[Symbol.asyncDispose]()
  expect(existsSync(file)).toBe(true)
  expect(existsSync(join(used.path, MANIFEST))).toBe(true)
})

test('a name that would lead elsewhere is refused', async () => {
  for (const name of ['', '../x', 'a/b', '.', '-x']) {
    await expect(createTempFolder({ name, root })).rejects.toBeInstanceOf(TempFolderNameError)
  }
})
