/** Totals of one network interface since it came up. */
export interface InterfaceTotals {
  readonly name: string
  readonly receivedBytes: number
  readonly transmittedBytes: number
}

/** TCP totals of a network namespace. */
export interface TcpTotals {
  readonly sentSegments: number
  readonly retransmittedSegments: number
}

const LOOPBACK = 'lo'
/** Places in a line of `/proc/net/dev` behind the name. */
const RECEIVED = 0
const TRANSMITTED = 8

/** Reads `/proc/net/dev`: every interface but the loopback. Source: proc(5). */
export function parseInterfaces(text: string): InterfaceTotals[] {
  return text.split('\n').flatMap(line => {
    const colon = line.lastIndexOf(':')
    if (colon < 0) return []
    const name = line.slice(0, colon).trim()
    const values = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number)
    const receivedBytes = values[RECEIVED]
    const transmittedBytes = values[TRANSMITTED]
    if (name === '' || name === LOOPBACK || !isTotal(receivedBytes) || !isTotal(transmittedBytes)) return []
    return [{ name, receivedBytes, transmittedBytes }]
  })
}

/** Reads the line `Tcp:` of `/proc/net/snmp`; undefined where it is missing. Source: proc(5), RFC 4022. */
export function parseTcp(text: string): TcpTotals | undefined {
  const [names, values] = text
    .split('\n')
    .filter(line => line.startsWith('Tcp:'))
    .map(line => line.split(/\s+/))
  if (names === undefined || values === undefined) return undefined
  const sentSegments = Number(values[names.indexOf('OutSegs')])
  const retransmittedSegments = Number(values[names.indexOf('RetransSegs')])
  return isTotal(sentSegments) && isTotal(retransmittedSegments) ? { sentSegments, retransmittedSegments } : undefined
}

/** The interfaces of the default routes in `/proc/net/route`: those that lead outside. */
export function parseDefaultInterfaces(text: string): Set<string> {
  const outside = text
    .split('\n')
    .map(line => line.split(/\s+/))
    .filter(([, destination, , , , , , mask]) => {
      return destination === '00000000' && mask === '00000000'
    })
  return new Set(outside.map(([name]) => name!))
}

/** Bytes per second of a link from the megabits per second in `/sys/class/net/NAME/speed`; undefined where the driver does not know it, which it reports as -1. */
export function parseSpeed(text: string): number | undefined {
  const megabits = Number(text.trim() === '' ? Number.NaN : text)
  return megabits > 0 && Number.isFinite(megabits) ? (megabits * 1e6) / 8 : undefined
}

function isTotal(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0
}
