import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDefaultInterfaces, parseInterfaces, parseSpeed, parseTcp } from '../../src/network/kernel-counters.ts'

const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0
  eth0:10865316647  409525    0    0    0     0          0         0 37662193  315916    0    0    0     0       0          0
`
const ROUTE = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`

describe('files of the kernel', () => {
  test('interfaces without the loopback, also where no blank follows the name', () => {
    expect(parseInterfaces(DEV)).toEqual([
      { name: 'eth0', receivedBytes: 10_865_316_647, transmittedBytes: 37_662_193 },
    ])
  })

  test('the interface of the default route', () => {
    expect([...parseDefaultInterfaces(ROUTE)]).toEqual(['eth0'])
  })

  test('segments by the name of their column', () => {
    const text = 'Ip: A B\nIp: 1 2\nTcp: RtoMin OutSegs InErrs RetransSegs\nTcp: 200 1000 3 25\n'
    expect(parseTcp(text)).toEqual({ sentSegments: 1000, retransmittedSegments: 25 })
    expect(parseTcp('Udp: A\nUdp: 1\n')).toBeUndefined()
    expect(parseTcp('Tcp: OutSegs\nTcp: x\n')).toBeUndefined()
  })

  test('a speed in megabits, and no speed where the driver does not know it', () => {
    expect(parseSpeed('10000\n')).toBe(1.25e9)
    for (const text of ['-1\n', '0', '', ' ', 'fast', '4294967295000000000000000000e999'])
      expect(parseSpeed(text)).toBeUndefined()
  })

  test('no text makes them throw or return a number that is not a total', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'Tcp: \n\t0123456789-.eOutSegsRetrans|'.split('')) }), text => {
        for (const { receivedBytes, transmittedBytes } of parseInterfaces(text)) {
          expect(receivedBytes).toBeGreaterThanOrEqual(0)
          expect(transmittedBytes).toBeGreaterThanOrEqual(0)
        }
        parseDefaultInterfaces(text)
        const speed = parseSpeed(text)
        if (speed !== undefined) expect(speed).toBeGreaterThan(0)
        const tcp = parseTcp(text)
        if (tcp !== undefined) expect(tcp.sentSegments).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
