import { expect, it } from 'vitest'
import { checks } from '../../src/doctor/checks.ts'
import { brokenApplications } from './broken-applications.ts'
import { healthyApplications } from './healthy-applications.ts'
import { diagnosisOf } from './sample-application.ts'

it('each check has a broken application, and the other way round', () => {
  expect(Object.keys(brokenApplications).toSorted()).toEqual(checks.map(({ id }) => id).toSorted())
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
