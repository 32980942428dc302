import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeKnob } from '@homeostat/conformance'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { armCountsOf } from '../src/knobs/arm-counts.ts'
import { PageSettings, USUAL_PAGES, type PageValues } from '../src/knobs/page-settings.ts'
import { createShopKnobs } from '../src/knobs/shop-domain.ts'

let folder: string
let file: string

function makeFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'shop-knobs-'))
  file = join(folder, 'pages.json')
}
const removeFolder = (): void => rmSync(folder, { recursive: true, force: true })

beforeEach(makeFolder)
afterEach(removeFolder)

describeKnob('shop.offersPerPage', {
  create: () => createShopKnobs(new PageSettings(file), true).offers.knob,
  value: () => (JSON.parse(readFileSync(file, 'utf8')) as PageValues).offers,
  setByHand: value => writeFileSync(file, JSON.stringify({ ...USUAL_PAGES, offers: value })),
})

describe('the settings of the pages', () => {
  it('are in a file that outlives the process, and keep what a person writes there', () => {
    const settings = new PageSettings(file)
    expect(settings.compareAndSet('offers', 400, 100)).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...USUAL_PAGES, offers: 100 })
    expect(new PageSettings(file).values.offers).toBe(100)
    writeFileSync(file, JSON.stringify({ ...USUAL_PAGES, offers: 50 }))
    expect(settings.compareAndSet('offers', 100, 400)).toBe(false)
    expect(settings.values.offers).toBe(50)
  })
})

describe('a knob of the shop', () => {
  it('has two values while a trial divides requests, and one afterwards', async () => {
    const { offers } = createShopKnobs(new PageSettings(file), true)
    expect(offers.of('a')).toEqual({ value: 400, arm: undefined })
    offers.knob.divide!(request => (request === 'a' ? 'act' : 'control'), 400)
    expect(await offers.knob.compareAndSet(400, 100)).toBe(true)
    expect([offers.of('a'), offers.of('b')]).toEqual([
      { value: 100, arm: 'act' },
      { value: 400, arm: 'control' },
    ])
    offers.knob.divide!(undefined, 400)
    expect(offers.of('b')).toEqual({ value: 100, arm: undefined })
  })

  it('counts every page in its half, however long it took: none is left out for its value', () => {
    const { signals } = createShopKnobs(new PageSettings(file), true)
    for (const seconds of [0.0001, 0.0001, 0.0001, 0.05]) signals.saleRendered(seconds, 'act')
    for (const seconds of [0.0004, 0.2, 3]) signals.saleRendered(seconds, 'control')
    signals.saleRendered(0.0004, undefined)
    expect(armCountsOf({ instrumentations: [signals] })).toMatchObject({
      'shop.offersPerPage': { act: 4, control: 3 },
    })
  })

  it('stays as it is where nothing is to be tried', () => {
    const { domain } = createShopKnobs(new PageSettings(file), false)
    expect(domain.responses).toBeUndefined()
    expect(domain.knobs).toHaveLength(3)
  })
})
