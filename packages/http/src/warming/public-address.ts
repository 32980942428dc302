import type { BlockList } from 'node:net'
import { late } from './late-modules.ts'

/**
 * Addresses that no public server has: this host, private networks, links, documentation, multicast, and whatever wraps another address,
 * as that could be one of these. Source: IANA's registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
const SPECIAL_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Public addresses are in 2000::/3; these parts of it are not. */
const SPECIAL_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

interface KnownRanges {
  readonly special4: BlockList
  readonly special6: BlockList
  readonly global6: BlockList
  /** IPv4 addresses in IPv6's clothes. */
  readonly mapped: BlockList
}

let known: KnownRanges | undefined

function knownRanges(): KnownRanges {
  return (known ??= {
    special4: rangesOf(SPECIAL_4),
    special6: rangesOf(SPECIAL_6),
    global6: rangesOf(['2000::/3']),
    mapped: rangesOf(['::ffff:0:0/96']),
  })
}

/** Whether it is an address that a server on the public internet can have. Anything else than an address is not. */
export function isPublicAddress(address: string): boolean {
  switch (familyOf(address)) {
    case 4:
      return !knownRanges().special4.check(address, 'ipv4')
    case 6:
      return knownRanges().global6.check(address, 'ipv6') && !knownRanges().special6.check(address, 'ipv6')
    case 0:
      return false
  }
}

/** 4, 6, or 0 for what is not an address. One with a zone belongs to a link of this host. */
export function familyOf(address: string): 0 | 4 | 6 {
  return address.includes('%') ? 0 : (late.net.isIP(address) as 0 | 4 | 6)
}

/**
 * Ranges of addresses, each an address or `address/bits`.
 *
 * @throws RangeError - one of them is not a range
 */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new late.net.BlockList()
  for (const range of ranges) {
    const [address = '', given, more] = range.split('/')
    const family = familyOf(address)
    const most = family === 4 ? 32 : 128
    const bits = given === undefined ? most : Number(given)
    const isRange = family !== 0 && more === undefined && /^\d+$/.test(given ?? '0') && bits <= most
    if (!isRange)
      throw new RangeError(`${JSON.stringify(range.slice(0, 50))} is not a range of addresses, as 10.1.0.0/16 is`)
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** Whether an address is in one of the ranges. */
export function isWithin(ranges: BlockList, address: string): boolean {
  const family = familyOf(address)
  if (family === 0) return false
  // An IPv4 address in IPv6's clothes is refused: the ranges are what somebody has written down.
  return family === 4 ? ranges.check(address, 'ipv4') : !isMapped(address) && ranges.check(address, 'ipv6')
}

function isMapped(address: string): boolean {
  return knownRanges().mapped.check(address, 'ipv6')
}
