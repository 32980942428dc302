import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test, vi } from 'vitest'
import { createFileStateStore } from '../../src/engines.ts'
import { checkStateFolder, openStateFolder, stateFolder } from '../../src/parts.ts'
import { Cell, knobsOver, run, temporaryFolder } from './cell.ts'

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

test('the named folder wins, and the name of a service cannot lead out of it', () => {
  const environment = { HOMEOSTAT_STATE_DIR: '/var/lib/homeostat' }
  expect(stateFolder({ service: '../shop', environment })).toMatch(/^\/var\/lib\/homeostat\/_shop@[0-9a-f]{16}$/)
  expect(stateFolder({ stateDir: '/srv', service: 'shop', environment })).toBe('/srv/shop')
})

const SERVICES = [
  '订单',
  '支付',
  'a/b',
  'a_b',
  'a b',
  'a:b',
  'Shop',
  'shop',
  'SHOP',
  'shop.',
  'shop ',
  'éa',
  'e\u0301a',
  'ﬁ',
  'fi',
  '',
  '.',
  '..',
  '...',
  '/',
  '~',
  '\u0000',
  '\n',
  '\ud800',
  '\ud801',
  '\ufffd',
  'con',
  'CON',
  'nul.txt',
  'aux',
  'lpt1',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(300),
  `${'x'.repeat(300)}y`,
  '../../etc',
  'shop@0123456789abcdef',
  '-rf',
  'unknown_service:/app/server.js',
  'unknown_service:/app_server.js',
]

describe('2-23: the folder of a service', () => {
  const stateDir = '/state'
  const nameOf = (service: string): string =>
    stateFolder({ stateDir, service, environment: {} }).slice('/state/'.length)

  it('differs whenever the names do, also where the file system knows no capitals and forms of one letter', () => {
    const names = SERVICES.map(service => nameOf(service).toLowerCase().normalize('NFKC'))
    expect(new Set(names).size).toBe(SERVICES.length)
  })

  it.each(SERVICES.map(service => [service]))('is one folder that every file system can have: %j', service => {
    const name = nameOf(service)
    expect(name).toMatch(/^[\w.@-]{1,80}$/)
    expect(name).not.toMatch(/^\.|\.$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i)
  })

  it('is named like a service with a plain name, and begins readably for any other', () => {
    expect(nameOf('order-service.eu_1')).toBe('order-service.eu_1')
    expect(nameOf('Order Service')).toMatch(/^Order_Service@[0-9a-f]{16}$/)
  })

  it('keeps two services apart whose names differ by what a folder cannot be called', async () => {
    const folder = temporaryFolder()
    const [orders, payments] = [new Cell(), new Cell()]
    const first = knobsOver(orders.knob, { stateDir: folder, service: '订单' })
    await run(orders.knob, first, { to: 4 })
    const other = knobsOver(payments.knob, { stateDir: folder, service: '支付' })
    await run(payments.knob, other, { to: 2 })
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('is the one that an earlier release made, where no other service can have made it', () => {
    const folder = temporaryFolder()
    for (const name of ['OrderService', 'a_b', '__shop']) mkdirSync(join(folder, name))
    const of = (service: string): string => stateFolder({ stateDir: folder, service, environment: {} })
    expect(of('OrderService')).toBe(join(folder, 'OrderService'))
    expect(of('a/b')).not.toBe(join(folder, 'a_b'))
    expect(of('../shop')).not.toBe(join(folder, '__shop'))
    // As if both names led to it.
    mkdirSync(join(folder, 'orderservice'))
    expect(of('OrderService')).toMatch(/OrderService@/)
  })
})

/** What a folder of ours would have to be refused for. */
const refusal = async (folder: string, ...nested: string[]): Promise<string> => {
  const reasons = await Promise.all(
    [openStateFolder(folder, ...nested), checkStateFolder(folder, ...nested)].map(each =>
      each.then(
        () => 'accepted',
        (error: Error) => error.message,
      ),
    ),
  )
  expect(reasons[0]).toBe(reasons[1])
  expect(reasons[0]).not.toContain('\n')
  return reasons[0]!
}

const asRoot = process.getuid?.() === 0

describe.skipIf(process.getuid === undefined)('our folders are checked from the top down', () => {
  it('and made for the user alone, each one', async () => {
    const folder = join(temporaryFolder(), 'not', 'there', 'shop')
    await openStateFolder(folder, 'state')
    for (const path of [folder, join(folder, 'state')]) expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(await checkStateFolder(folder, 'state', 'more')).toBe(false)
  })

  // With `recursive`, Node tries for ever there.
  it.runIf(process.platform === 'linux')('a folder that takes no new ones is refused, and at once', async () => {
    await expect(openStateFolder('/proc/1/shop', 'state')).rejects.toThrow('cannot be used: ENOENT')
    await expect(openStateFolder('/proc/shop')).rejects.toThrow('cannot be used: ENOENT')
  })

  it.each([
    ['that everybody may write to', 0o777, /others may write to it/],
    ['that the group may write to', 0o770, /others may write to it/],
    ['that everybody may write to, with the sticky bit', 0o1777, /others may write to it/],
  ])('the service folder %s is refused, also for what is in it', async (_, mode, reason) => {
    const folder = join(temporaryFolder(), 'shop')
    mkdirSync(join(folder, 'state'), { recursive: true, mode: 0o700 })
    chmodSync(folder, mode)
    expect(await refusal(folder)).toMatch(reason)
    const message = await refusal(folder, 'state')
    expect(message).toContain(`${folder} cannot be used`)
    await expect(createFileStateStore({ folder }).read('forecasts')).rejects.toThrow('others may write to')
  })

  it('a folder above is refused that everybody may replace ours in', async () => {
    const base = temporaryFolder()
    const folder = join(base, 'open', 'below', 'shop')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(join(base, 'open'), 0o777)
    expect(await refusal(folder)).toContain(
      `of ${join(base, 'open')}, everybody may write to it; take that right away, or set the sticky bit (chmod +t)`,
    )
    chmodSync(join(base, 'open'), 0o1777)
    expect(await refusal(folder)).toBe('accepted')
    // Nothing is made in it either.
    chmodSync(join(base, 'open'), 0o777)
    await refusal(join(base, 'open', 'new'))
    expect(readdirSync(join(base, 'open'))).toEqual(['below'])
  })

  it('a link of our own above is followed, and one in the place of ours is refused', async () => {
    const [real, base] = [temporaryFolder(), temporaryFolder()]
    symlinkSync(real, join(base, 'link'))
    expect(await refusal(join(base, 'link', 'shop'))).toBe('accepted')
    mkdirSync(join(real, 'other'), { mode: 0o700 })
    symlinkSync(join(real, 'other'), join(real, 'shop2'))
    expect(await refusal(join(base, 'link', 'shop2'))).toContain('it is not a folder')
    symlinkSync('round', join(base, 'round'))
    expect(await refusal(join(base, 'round', 'shop'))).toContain('links go in a circle')
    chmodSync(real, 0o777)
    expect(await refusal(join(base, 'link', 'shop'))).toContain('everybody may write')
  })

  it('a file in its place is refused', async () => {
    const folder = join(temporaryFolder(), 'shop')
    writeFileSync(folder, '')
    expect(await refusal(folder)).toContain('it is not a folder')
    expect(await refusal(join(folder, 'below'))).toContain(`of ${folder}, it is not a folder`)
  })

  it.runIf(asRoot)('the service folder of another user is refused, and so is all below it', async () => {
    const folder = join(temporaryFolder(), 'shop')
    mkdirSync(join(folder, 'state'), { recursive: true, mode: 0o700 })
    chownSync(folder, 12_345, 12_345)
    expect(await refusal(folder)).toContain('it belongs to another user')
    expect(await refusal(folder, 'state')).toContain('belongs to another user')
  })

  it.runIf(asRoot)(
    "somebody else's folder or link where everybody may make one is refused, however it is named",
    async () => {
      const base = mkdtempSync(join(tmpdir(), 'homeostat-open-'))
      chmodSync(base, 0o1777)
      mkdirSync(join(base, 'theirs'), { mode: 0o755 })
      chownSync(join(base, 'theirs'), 12_345, 12_345)
      symlinkSync(temporaryFolder(), join(base, 'link'))
      lchownSync(join(base, 'link'), 12_345, 12_345)
      expect(await refusal(join(base, 'theirs', 'shop'))).toContain('belongs to another user')
      expect(await refusal(join(base, 'link', 'shop'))).toContain('it is a link that belongs to another user')
      expect(readdirSync(join(base, 'theirs'))).toEqual([])
    },
  )

  it('knobs that need it are left alone with the reason in one line, and those in memory are still set', async () => {
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o700 })
    chmodSync(stateDir, 0o777)
    const faults: unknown[] = []
    const [outside, inside] = [new Cell(), new Cell(8, undefined, { name: 'cache.limit', keptIn: 'memory' })]
    const knobs = knobsOver(outside.knob, {
      stateDir,
      knobs: [outside.knob, inside.knob],
      onFault: fault => faults.push(fault),
    })
    expect((await run(outside.knob, knobs, { to: 4 })).problems?.[0]).toMatch(/everybody may write to it/)
    expect((await run(inside.knob, knobs, { to: 4 })).effects['changed']).toBe(1)
    expect(outside.sets).toEqual([])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_JOURNAL_UNAVAILABLE' })])
  })
})
