import { expect, it } from 'vitest'
import { liveChecks } from '../../../src/doctor/live/live-checks.ts'
import { brokenLiveApplications, healthyLiveApplications } from './broken-live-applications.ts'
import { diagnosisOfLive } from './live-application.ts'

it('each check of running processes has a broken application, and the other way round', () => {
  expect(Object.keys(brokenLiveApplications).toSorted()).toEqual(liveChecks.map(({ id }) => id).toSorted())
})

it.each(Object.entries(brokenLiveApplications))('%s is found in its process, alone', async (id, application) => {
  const { code, diagnosis, error } = await diagnosisOfLive(application)
  expect(
    diagnosis.findings.map(each => `${each.id} ${each.evidence}`),
    error,
  ).toEqual([expect.stringContaining(`${id} `)])
  expect(diagnosis.findings[0]?.fix).not.toBe('')
  expect({ code, notes: diagnosis.notes }).toEqual({ code: 1, notes: [] })
  expect(JSON.stringify(diagnosis)).not.toContain('secret-')
})

it.each(Object.entries(healthyLiveApplications))('%s: no finding', async (_, application) => {
  const { code, diagnosis, error } = await diagnosisOfLive(application)
  expect(diagnosis.findings, error).toEqual([])
  expect({ code, notes: diagnosis.notes, processes: diagnosis.processes.length }).toEqual({
    code: 0,
    notes: [],
    processes: 1,
  })
})
