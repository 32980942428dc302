import dns from 'node:dns'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EdgeAddressError, EdgeClient } from '../../src/warming/edge-client.ts'
import { isPublicAddress, rangesOf } from '../../src/warming/public-address.ts'
import { isAskable } from '../../src/warming/shareable-response.ts'
import { edgeOf } from '../../src/warming/warming-options.ts'

/** Where connections went. None leaves this process. */
let connections: string[] = []
let answers: readonly string[] = []

beforeEach(() => {
  connections = []
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: (...given: unknown[]) => void,
  ) => {
    const now = answers
    process.nextTick(() =>
      done(
        null,
        now.map(address => ({ address, family: net.isIP(address) })),
      ),
    )
  }) as never)
  vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket, ...given: unknown[]) {
    const [first] = given.flat() as [{ host?: string; path?: string }]
    connections.push(String(first.host ?? first.path))
    process.nextTick(() => this.destroy(new Error('nothing leaves this process')))
    return this
  } as never)
})
afterEach(() => vi.restoreAllMocks())

const SPECIAL = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'not an address',
  '',
  '127.1',
  '0x7f000001',
  '2130706433',
  '8.8.8.8%lo',
]
const PUBLIC = ['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001::1']

const PATHS = [
  'http://169.254.169.254/latest/meta-data',
  'HTTP://127.0.0.1/',
  '//169.254.169.254/',
  '//evil.example/x',
  '/\\evil.example',
  '\\\\evil.example',
  '@127.0.0.1/',
  ':80@127.0.0.1/',
  '*',
  '',
  'evil.example:443',
  'file:///etc/passwd',
  'gopher://127.0.0.1:70/',
  '/a b',
  '/a\r\nHost: evil.example',
  '/a\n',
  '/a\0b',
  '/\u2028',
  '/ä',
  '/a#fragment',
  '/a\\..\\b',
  `/${'x'.repeat(3e3)}`,
  '/x?token=1',
  '/x?a=1&api_key=2',
  '/x?X-Amz-Signature=1',
  '/x?session=1',
  '/reset?code=1',
  '/x?email=a%40b.c',
  '/x?sig=1',
]

const client = (edge: string, addresses: readonly string[] = []): EdgeClient =>
  new EdgeClient({ edge: edgeOf(edge)!, addresses: rangesOf(addresses) })

/** Resolves and asks, as a pass does. */
async function attempt(asked: EdgeClient, path: string): Promise<unknown> {
  try {
    using pin = await asked.pin(2)
    return await asked.get(pin, path, 'gzip', AbortSignal.timeout(1000))
  } catch (error) {
    return error
  }
}

describe('what a hostile resolver or client can make of warming', () => {
  it('is no connection to an address off the list, in 500 answers and URLs', async () => {
    const cases = SPECIAL.flatMap((bad, index) => {
      const good = PUBLIC[index % PUBLIC.length]!
      // Alone, among good ones, twice, and with every kind of path.
      return [[bad], [good, bad], [bad, good], [good, good, bad], [bad, bad]].map(
        list => [list, PATHS[index % PATHS.length]!] as const,
      )
    })
    const all = [...cases, ...SPECIAL.flatMap(bad => PATHS.slice(0, 6).map(path => [[bad], path] as const))]
    expect(all.length).toBeGreaterThan(500)
    const edge = client('https://cdn.example.com')
    for (const [list, path] of all) {
      answers = list
      for (const asked of ['/', path]) expect(await attempt(edge, asked)).toBeInstanceOf(EdgeAddressError)
    }
    expect(connections).toEqual([])
  })

  it('is no request at all for a path that is not one, or that is meant for one person', async () => {
    answers = ['8.8.8.8']
    for (const path of PATHS) {
      expect(isAskable(path), path).toBe(false)
      expect(await attempt(client('https://cdn.example.com'), path)).toBeInstanceOf(RangeError)
    }
    expect(connections).toEqual([])
  })

  it('is no connection to a second answer of the resolver: the address that was checked is the one that is used', async () => {
    const edge = client('http://cdn.example.com')
    answers = ['8.8.8.8']
    using pin = await edge.pin(2)
    answers = ['127.0.0.1']
    await expect(edge.get(pin, '/a', '', AbortSignal.timeout(1000))).rejects.toThrow('nothing leaves')
    expect(connections).toEqual(['8.8.8.8'])
  })

  it('is no connection to an edge that is written as an address of this host', async () => {
    for (const name of ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:7f00:1]', '0', '017700000001'])
      expect(await attempt(client(`http://${name}`), '/a'), name).toBeInstanceOf(EdgeAddressError)
    expect(connections).toEqual([])
  })

  it('does not keep a private edge from being used that somebody has allowed, and no other one', async () => {
    answers = ['10.1.2.3']
    await attempt(client('http://cache.internal', ['10.1.0.0/16']), '/a')
    expect(connections).toEqual(['10.1.2.3'])
    answers = ['10.2.0.1', '::ffff:10.1.2.3']
    expect(await attempt(client('http://cache.internal', ['10.1.0.0/16']), '/a')).toBeInstanceOf(EdgeAddressError)
    expect(connections).toHaveLength(1)
  })

  it('shows nothing of the host or the path in an error', async () => {
    answers = ['127.0.0.1']
    const error = (await attempt(client('https://secret.example.com'), '/hidden')) as Error
    expect(error.message).not.toMatch(/secret|hidden|127/)
  })
})

describe('addresses', () => {
  it.each(SPECIAL)('%s is not one of the public internet', address => expect(isPublicAddress(address)).toBe(false))
  it.each(PUBLIC)('%s is one of the public internet', address => expect(isPublicAddress(address)).toBe(true))

  it.each(['10.0.0.0/33', 'x', '', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1', '10.0.0.0/1e1'])(
    '%j is not a range of them',
    range => expect(() => rangesOf([range])).toThrow(RangeError),
  )

  it.each([
    'ftp://a',
    'a',
    'https://user:secret@a.example',
    'https://a.example/path',
    'https://a.example?x',
    '',
    'javascript:1',
  ])('%j is not an edge', edge => expect(edgeOf(edge)).toBeUndefined())
})
