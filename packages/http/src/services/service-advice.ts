import { counted } from '@homeostat/signals'
import type { Action, Advice, Firing } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import type { ExternalServices } from '../client/external-services.ts'
import type { FailureClass } from '../client/failure-class.ts'
import type { Origin } from '../client/origin.ts'
import { originText } from '../client/origins.ts'

const SERVER = promName(attributes.serverAddress)
const PORT = promName(attributes.serverPort)

/** What to do about the failures of each class. */
const REMEDIES: Readonly<Record<FailureClass, string>> = {
  timeout: 'it is too slow: lower the time limit of the calls so that callers do not wait, and ask its owner',
  dns: 'its name is not resolved: check the name, the resolver, and whether lookups are cached',
  refused: 'nothing listens there, or no route leads there: check address, port and network policy',
  reset: 'connections are cut: compare its keep-alive timeout with that of your agent, which has to be the shorter one',
  tls: 'TLS fails: check the certificate, its host name, and the certificate authorities that are trusted',
  throttled: 'it answers 429: send less, or spread the requests, and honour Retry-After',
  server_error: 'it answers 5xx: ask its owner; retry idempotent requests only, with a growing pause',
  client_error: 'it answers 4xx: the requests are not valid',
  aborted: 'callers give up: their time limits are shorter than its answers',
  other: 'find the errors by error.type of http.client.request.duration',
}

/** Less than that is not what made somebody ask. */
const NOTABLE_SLOWDOWN = 3

/** `http.explainService`: why requests to a service fail or wait, and what to do. */
export function createServiceAdvice(services: ExternalServices, isGuarded: (origin: string) => boolean): Action {
  return {
    name: 'http.explainService',
    kind: 'advice',
    scope: 'process',
    touches: [],
    raises: [],
    lowers: [],
    risk: 0,
    run: async ({ firing }) => {
      const named = [...services.origins.all()].filter(origin => isNamedBy(firing, origin))
      const advice = named.flatMap(origin => adviceFor(origin, isGuarded))
      return { summary: `examined ${counted(named.length, 'service')}`, effects: { services: named.length }, advice }
    },
  }
}

function isNamedBy({ labels }: Firing, { name }: Origin): boolean {
  return labels[SERVER] === name.address && (labels[PORT] ?? '') === String(name.port ?? '')
}

function adviceFor(origin: Origin, isGuarded: (origin: string) => boolean): readonly Advice[] {
  const text = originText(origin.name)
  const advice: Advice[] = []
  const failures = [...origin.failures()].filter(([failure]) => failure !== 'client_error' && failure !== 'aborted')
  const [worst] = failures.toSorted((a, b) => b[1] - a[1])
  if (worst !== undefined)
    advice.push({
      what: `${text}: ${REMEDIES[worst[0]]}`,
      why: `${counted(worst[1], 'request')} failed as ${worst[0]} so far`,
    })
  const { slowdown } = origin.health
  if (slowdown !== undefined && slowdown >= NOTABLE_SLOWDOWN)
    advice.push({
      what: `${text}: ask its owner what has changed, and limit the time of the calls so that callers do not wait`,
      why: `it takes ${slowdown.toFixed(0)} times as long to answer as it usually does`,
    })
  if (worst !== undefined && !isGuarded(text))
    advice.push({
      what: `put the calls to ${text} behind h.http.guarded('${text}'), so that callers do not wait while it fails`,
      why: 'its calls have no circuit breaker of ours',
    })
  if (origin.waiting > 0)
    advice.push({
      what: `let more connections to ${text} open (connections of undici's Pool, maxSockets of http.Agent), or make its calls shorter`,
      why: `${counted(origin.waiting, 'request waits', 'requests wait')} for a connection${origin.agents.limit > 0 ? ` of ${origin.agents.limit}` : ''}`,
    })
  return advice
}
