import { setImmediate as settle } from 'node:timers/promises'
import { forecast } from '@homeostat/forecast/domain'
import type { LedgerEntry } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import { createRandom } from '@homeostat/lab/scenarios'
import { Registry } from '@homeostat/signals'
import { Diary } from './diary.ts'
import type { ServiceKind } from './simulated-service.ts'
import { drawSwings } from './swing.ts'

export const INTERVAL_MS = 15_000
const START = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const WARM_UP_MS = 60_000
/** How often it is asked whether the forecasts may be acted upon yet. */
const ASKED_EVERY_MS = 300_000

/** What acts: nothing, the reactive rules, or these and the forecasts. */
export type Acting = 'nothing' | 'reactive' | 'preventive'

export interface Life {
  readonly kind: ServiceKind
  readonly days: number
  readonly seed: number
}

/** Lets a service live for some days in virtual time. The same seed is the same load and the same noise, whoever acts. */
export async function live({ kind, days, seed }: Life, acting: Acting): Promise<Diary> {
  let elapsedMs = 0
  const clock = (): number => START + elapsedMs
  const service = kind.create({
    swings: drawSwings(kind.habits, days, createRandom(seed * 10 + 1)),
    random: createRandom(seed * 10 + 2),
    intervalMs: INTERVAL_MS,
    clock,
  })
  const diary = new Diary(kind.habits.limit)
  const loop = acting === 'nothing' ? undefined : createLoop(kind, service, acting, clock, seed)
  try {
    for (; elapsedMs < days * DAY_MS; elapsedMs += INTERVAL_MS) {
      diary.measured(elapsedMs, service.advance(elapsedMs))
      if (!loop) continue
      const entry = loop.optimizer.tick(clock())
      diary.ticked(elapsedMs, entry)
      // Actions and undoings are promises; in virtual time they are over before the next tick.
      if (isBusy(entry) || elapsedMs % ASKED_EVERY_MS === 0) {
        await settle()
        await loop.optimizer.restored()
      }
      if (elapsedMs % ASKED_EVERY_MS === 0) diary.asked(elapsedMs, loop.prediction())
    }
  } finally {
    await loop?.optimizer.stop()
  }
  return diary
}

function createLoop(
  kind: ServiceKind,
  service: ReturnType<ServiceKind['create']>,
  acting: Acting,
  clock: () => number,
  seed: number,
) {
  const domain = forecast()
  const isPreventive = acting === 'preventive'
  const engine = new Registry({ scope: { name: 'homeostat' }, clock })
  const optimizer = new Optimizer({
    registries: [engine, service.registry, ...(isPreventive ? [domain.instrumentation.registry] : [])],
    rules: [...kind.rules, ...(isPreventive ? domain.rules : [])],
    responses: [...kind.responses, ...(isPreventive ? domain.responses : [])],
    actions: service.actions,
    modeOf: () => 'act',
    warmUpMs: WARM_UP_MS,
    intervalMs: INTERVAL_MS,
    environment: {},
    clock,
    random: createRandom(seed * 10 + 3),
  })
  const { rejected } = optimizer.rules
  if (rejected.length > 0) throw new AggregateError(rejected, 'rules were not understood')
  if (isPreventive) {
    domain.instrumentation.enable()
    domain.follow({
      store: optimizer.store,
      intervalMs: INTERVAL_MS,
      on: listener => optimizer.on(listener),
    })
  }
  return {
    optimizer,
    prediction: () => domain.forecasts.predictions().find(({ target }) => target === kind.target),
  }
}

function isBusy({ started, open, verdicts }: LedgerEntry): boolean {
  return started.length > 0 || open.length > 0 || verdicts.length > 0
}
