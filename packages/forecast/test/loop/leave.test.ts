import { metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import type { Resource } from '../../src/domain.ts'
import { COME, UNPROVEN } from '../../src/loop/rules.ts'
import { counting, HOUR, ramps, reasons, use, WatchedLoop } from './watched-loop.ts'

test('a forecaster without proven skill starts no action, with the reason; one with skill does', async () => {
  const action = counting('queue.rescheduleHeavyTasks')
  const loop = new WatchedLoop({ actions: [action] })
  const details = new Set<string>()
  const early: { crossings: number; skill: number }[] = []
  await loop.run(14 * HOUR, ramps, ({ started, refusals }) => {
    const skill = loop.value(metrics.forecastSkill) ?? -1
    const crossings = loop.value(metrics.forecastCrossings) ?? 0
    for (const { reason, detail } of refusals) if (reason === 'prerequisites') details.add(detail)
    if (started.length > 0 && (skill <= 0 || crossings < 30)) early.push({ crossings, skill })
  })

  // Once it is proven, what has come is not prevented any more.
  expect([...details]).toEqual([UNPROVEN, COME])
  expect(early).toEqual([])
  expect(action.runs).toBeGreaterThan(0)
  expect(loop.forecasts.predictions()).toMatchObject([{ mayAct: true }])
})

test.each<[Resource, string[]]>([
  ['database', ['replica.weight']],
  ['network', ['http.compression', 'cdn.warmPopularContent']],
])('what should be done about %s and nobody brings is refused by its name', async (resource, actions) => {
  const loop = new WatchedLoop({ targets: [{ ...use, resource }] })
  const refused = new Set<string>()
  await loop.run(2 * HOUR, ramps, ({ refusals }) => {
    for (const reason of reasons(refusals)) refused.add(reason)
  })
  expect([...refused]).toEqual(expect.arrayContaining(actions.map(action => `${action} no such action`)))
})
