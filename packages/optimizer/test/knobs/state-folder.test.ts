import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { stateFolder } from '../../src/knobs/state-folder.ts'

// As in a container whose user is a mere number, without a line in /etc/passwd.
vi.mock('node:os', async importOriginal => ({
  ...(await importOriginal<typeof import('node:os')>()),
  userInfo: () => {
    throw new Error('uv_os_get_passwd returned ENOENT')
  },
}))

test.skipIf(process.getuid === undefined)('there is a folder also for a user without a name', () => {
  const folder = stateFolder({ service: 'shop', environment: {} })
  expect(folder).toBe(join(tmpdir(), `homeostat-${process.getuid?.()}`, 'shop'))
})

test('what is named for it wins, and the name of a service cannot lead out of it', () => {
  const environment = { HOMEOSTAT_STATE_DIR: '/var/lib/homeostat' }
  expect(stateFolder({ service: '../shop', environment })).toBe('/var/lib/homeostat/__shop')
  expect(stateFolder({ stateDir: '/srv', service: 'shop', environment })).toBe('/srv/shop')
})
