// The network of the host or container that the process runs in.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const networkIo: MetricDefinition = {
  name: 'homeostat.network.io',
  kind: 'counter',
  unit: 'By',
  description: 'Bytes over the interfaces of the network namespace of the process, the loopback excluded',
  attributes: [a.networkIoDirection],
}

export const networkLinkSpeed: MetricDefinition = {
  name: 'homeostat.network.link.speed',
  kind: 'gauge',
  unit: 'By/s',
  description: 'Bytes per second that the link carries in each direction, as configured or as the interfaces report',
  attributes: [a.limitSource],
}

export const networkUtilization: MetricDefinition = {
  name: 'homeostat.network.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'Throughput as a share of the speed of the link',
  attributes: [a.networkIoDirection],
}

export const networkSegments: MetricDefinition = {
  name: 'homeostat.network.tcp.segments',
  kind: 'counter',
  unit: '{segment}',
  description: 'TCP segments sent in the network namespace of the process, without those that were sent again',
  attributes: [],
}

export const networkRetransmits: MetricDefinition = {
  name: 'homeostat.network.tcp.retransmits',
  kind: 'counter',
  unit: '{segment}',
  description: 'TCP segments that were sent again in the network namespace of the process',
  attributes: [],
}
