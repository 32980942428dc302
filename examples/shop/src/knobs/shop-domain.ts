import type { Domain, Response, Rule } from 'homeostat'
import type { PageSettings } from './page-settings.ts'
import { USUAL_PAGES } from './page-settings.ts'
import { SettingKnob } from './setting-knob.ts'
import { ShopSignals, shopMetrics } from './shop-signals.ts'

const BLOCK = { blocks: 10, blockMs: 6000 } as const

/** PromQL of how much something grew in three seconds, by half: most values of a block then hold nothing of the block before. */
const byArm = (counter: string, label = ''): string => `sum by (homeostat_trial_arm${label}) (increase(${counter}[3s]))`
const hitRatio = `${byArm(shopMetrics.trialHits)} / (${byArm(shopMetrics.trialLookups)} > 0)`
/** All pages count. The median was chosen before any page was made: a machine that has other work interrupts few pages, for long. */
const medianRenderTime = `histogram_quantile(0.5, ${byArm(shopMetrics.trialRenderTime, ', le')})`

const rules: readonly Rule[] = [
  { alert: 'FlashCrowd', expr: `sum(rate(${shopMetrics.saleRequests}[5s])) > 15`, for: '5s', keepFiringFor: '10s' },
  // Somebody wants recommendations on every product page. The guard needs some quiet seconds before that.
  { alert: 'ProductsAreViewed', expr: `sum(rate(${shopMetrics.productRequests}[5s])) > 5`, for: '5s' },
]

const responses: readonly Response[] = [
  {
    // Shorter pages while many come: half of the requests get them, and both halves are compared.
    to: { alert: 'FlashCrowd' },
    action: 'shop.offersPerPage',
    options: { to: USUAL_PAGES.offers / 4 },
    priority: 'slo',
    expect: { expr: medianRenderTime, direction: 'down', worth: 0.15, settleMs: 6000 },
    design: { kind: 'split', ...BLOCK },
  },
  {
    // The placebo answers an alert that goes away by itself, so that every before and after speaks for it.
    to: { alert: 'CacheHitRatioLow' },
    action: 'shop.placebo',
    options: { to: 1 },
    priority: 'efficiency',
    expect: { expr: hitRatio, direction: 'up', worth: 0.15, settleMs: 6000 },
    design: { kind: 'split', ...BLOCK },
  },
  {
    // The harmful one: each product page waits for a slow service. A guard needs three quiet minutes to know how much its number varies, unless
    // the response is one of safety. The demonstration does not have them.
    to: { alert: 'ProductsAreViewed' },
    action: 'shop.recommendations',
    options: { to: 1 },
    priority: 'safety',
    cooldownMs: 3_600_000,
    guards: [
      {
        expr: `sum(increase(${shopMetrics.productTime}[3s])) / (sum(increase(${shopMetrics.productRequests}[3s])) > 0)`,
        notWorseThan: 0.5,
        floor: 0.005,
      },
    ],
  },
]

/** The shop's own knobs, with the alerts and the responses that use them. */
export interface ShopKnobs {
  readonly signals: ShopSignals
  readonly offers: SettingKnob
  readonly recommendations: SettingKnob
  readonly placebo: SettingKnob
  readonly domain: Domain
}

/** @param isTrying - whether responses set the knobs; without it they are there and stay as they are */
export function createShopKnobs(settings: PageSettings, isTrying: boolean): ShopKnobs {
  const signals = new ShopSignals()
  const offers = new SettingKnob(settings, 'offers', {
    name: 'shop.offersPerPage',
    bounds: { min: 10, max: USUAL_PAGES.offers },
    divisible: true,
  })
  const recommendations = new SettingKnob(settings, 'recommendations', {
    name: 'shop.recommendations',
    bounds: { min: 0, max: 1, grain: 1 },
    divisible: false,
  })
  const placebo = new SettingKnob(settings, 'placebo', {
    name: 'shop.placebo',
    bounds: { min: 0, max: 1, grain: 1 },
    divisible: true,
  })
  return {
    signals,
    offers,
    recommendations,
    placebo,
    domain: {
      name: 'shop',
      instrumentation: signals,
      knobs: [offers.knob, recommendations.knob, placebo.knob],
      ...(isTrying && { rules, responses }),
    },
  }
}
