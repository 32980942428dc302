import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { stateFolder } from '@homeostat/optimizer/parts'
import { afterAll } from 'vitest'
import { describeStateStore } from '../src/index.ts'

const stateDir = await mkdtemp(join(tmpdir(), 'homeostat-state-'))
const folderOf = (service: string): string => stateFolder({ stateDir, service, environment: {} })
// Where the folder would have to be is a file.
await writeFile(join(stateDir, 'taken'), '')

afterAll(() => rm(stateDir, { recursive: true }))

describeStateStore('a folder', {
  create: service => createFileStateStore({ folder: folderOf(service) }),
  unreachable: service => createFileStateStore({ folder: join(stateDir, 'taken', service) }),
  program: [new URL('applications/file-state.ts', import.meta.url).pathname, stateDir],
  async plant(service, _key, text) {
    const folder = join(folderOf(service), 'state')
    for (const name of await readdir(folder)) await writeFile(join(folder, name), text)
  },
})
