// Reads that are routed to replicas.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const replicaReads: MetricDefinition = {
  name: 'homeostat.replica.reads',
  kind: 'counter',
  unit: '{read}',
  description: 'Reads that a replica has answered',
  attributes: [a.dbPoolName],
}

export const replicaRefusals: MetricDefinition = {
  name: 'homeostat.replica.refusals',
  kind: 'counter',
  unit: '{statement}',
  description: 'Statements of a routed pool that ran on the primary, by reason',
  attributes: [a.replicaRefusal],
}

export const replicaRetries: MetricDefinition = {
  name: 'homeostat.replica.retries',
  kind: 'counter',
  unit: '{read}',
  description: 'Reads that a replica has failed and that ran on the primary then',
  attributes: [],
}

export const replicaPromotions: MetricDefinition = {
  name: 'homeostat.replica.promotions',
  kind: 'counter',
  unit: '{promotion}',
  description: 'Replicas of a routed pool that were found to be primaries themselves',
  attributes: [],
}

export const replicaWaits: MetricDefinition = {
  name: 'homeostat.replica.waits',
  kind: 'counter',
  unit: '{read}',
  description: 'Reads that waited for a replica to replay the writes before them',
  attributes: [],
}

export const replicaWaited: MetricDefinition = {
  name: 'homeostat.replica.waited',
  kind: 'counter',
  unit: 's',
  description: 'Time for which reads waited for a replica to replay the writes before them',
  attributes: [],
}

export const replicaLag: MetricDefinition = {
  name: 'homeostat.replica.lag',
  kind: 'gauge',
  unit: 's',
  description: 'How old the data of a replica is at most; absent while it is not known',
  attributes: [a.dbPoolName],
}

export const replicaOffload: MetricDefinition = {
  name: 'homeostat.replica.offload',
  kind: 'gauge',
  unit: '1',
  description: 'Share of the reads of routed pools that replicas have answered since the last collection',
  attributes: [],
}

export const replicaWeight: MetricDefinition = {
  name: 'homeostat.replica.weight',
  kind: 'gauge',
  unit: '1',
  description: 'Share of the requests whose reads may use replicas',
  attributes: [],
}

export const replicaTrialReads: MetricDefinition = {
  name: 'homeostat.replica.trial.reads',
  kind: 'counter',
  unit: '{read}',
  description: 'Reads while a trial divides the requests, by half',
  attributes: [a.trialArm],
}

export const replicaTrialDuration: MetricDefinition = {
  name: 'homeostat.replica.trial.duration',
  kind: 'counter',
  unit: 's',
  description: 'Time that reads took, waiting for a connection included, while a trial divides the requests, by half',
  attributes: [a.trialArm],
}
