import { readOptions } from '@homeostat/signals/options'
import { expect, test } from 'vitest'
import { warmingOptions } from '../../src/warming/warming-options.ts'

const EDGE = 'https://www.example.com'
const NOT_PUBLIC = ' has an edge with an address that is not public; list its range in addresses; nothing is warmed'

test.each(['bla', '10.0.0.0/99', '10.1.0.0-10.1.0.9', '', 'fe80::1%eth0'])(
  'the range %j is left out with one line, and the others are used',
  range => {
    const { options, problems } = readOptions(warmingOptions, { edge: EDGE, addresses: [range, '10.1.0.0/16'] })
    expect(options).toEqual({ edge: EDGE, addresses: ['10.1.0.0/16'] })
    expect(problems.map(({ path }) => path)).toEqual(['addresses[0]'])
  },
)

test.each(['http://127.0.0.1', 'http://169.254.169.254', 'https://10.2.3.4', 'http://[::1]:8080'])(
  'the edge %s is never asked, which is reported at once',
  edge => {
    const { problems } = readOptions(warmingOptions, { edge, addresses: ['192.168.0.0/16'] })
    expect(problems.map(({ message }) => message)).toEqual([`options${NOT_PUBLIC}`])
  },
)

test('an edge within the ranges, and a host that is looked up later, are used', () => {
  for (const edge of ['https://10.2.3.4', EDGE, 'https://93.184.216.34'])
    expect(readOptions(warmingOptions, { edge, addresses: ['10.0.0.0/8'] }).problems).toEqual([])
})
