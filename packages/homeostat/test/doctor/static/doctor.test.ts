import { expect, it } from 'vitest'
import { staticChecks } from '../../../src/doctor/static/static-checks.ts'
import { brokenApplications } from './broken-applications.ts'
import { healthyApplications } from './healthy-applications.ts'
import { application, diagnosisOf } from './sample-application.ts'

it('each check has a broken application, and the other way round', () => {
  expect(Object.keys(brokenApplications).toSorted()).toEqual(staticChecks.map(({ id }) => id).toSorted())
})

it.each(Object.entries(brokenApplications))('%s is found in its application, alone', (id, sample) => {
  const { findings, notes } = diagnosisOf(sample)
  expect(findings.map(finding => `${finding.id} ${finding.evidence}`)).toEqual([expect.stringContaining(`${id} `)])
  expect(findings[0]!.fix).not.toBe('')
  expect(notes).toEqual([])
})

it.each(Object.entries(healthyApplications))('%s: no finding', (_, sample) => {
  expect(diagnosisOf(sample)).toMatchObject({ findings: [], notes: [] })
})

const protocols = (environment: Readonly<Record<string, string>>): string[] =>
  diagnosisOf({ files: application(), environment }).findings.map(({ id }) => id)

it.each([
  ['collector:4317', { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, ['endpoint-not-an-address']],
  ['collector:4317', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, []],
  ['http://collector:4317', { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, ['endpoint-port']],
  [
    'http://collector:4318/v1/traces',
    { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' },
    ['endpoint-path-doubled', 'endpoint-port'],
  ],
])('the endpoint %s is checked against the protocol of each signal, %j', (endpoint, variables, expected) => {
  expect(protocols({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...variables })).toEqual(expected)
})

it.each([
  ['TRACES', 'grpc', []],
  ['TRACES', 'http/json', ['endpoint-not-an-address']],
  ['LOGS', 'grpc', []],
])('the endpoint of %s with protocol %s is checked against that protocol', (signal, protocol, expected) => {
  const variables = {
    [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]: 'collector:4317',
    [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`]: protocol,
  }
  expect(protocols(variables)).toEqual(expected)
})
