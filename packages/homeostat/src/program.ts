import type { Action, Domain, Mode, Response } from '@homeostat/optimizer'
import type { RuleSource } from '@homeostat/promql'
import { shownName } from '@homeostat/signals/options'
import { broughtActions } from './brought-actions.ts'
import type { DomainWithMode, Modes } from './modes.ts'
import type { HomeostatOptions } from './options.ts'
import type { ResponseContext } from './response-findings.ts'
import { findingsInSteps } from './response-findings.ts'

/** What the loop works with: everybody's rules, responses and actions. */
export interface Program {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  readonly actions: readonly Action[]
  /** What is wrong with the application's responses: some lines per response, found when they are asked for. */
  readonly findings: Generator<readonly string[], void, void>
}

/**
 * Puts together what the packages bring and what the application adds. A package in mode `off` brings nothing: it only
 * measures. A response of the application that runs the same action on the same alert takes the package's place.
 */
export function programOf(options: HomeostatOptions, domains: readonly DomainWithMode[], modes: Modes): Program {
  const active = domains.map(([domain]) => domain).filter(domain => modes.ofDomain(domain) !== 'off')
  const brought = active.flatMap(domain => responsesOf(domain, modes.ofDomain(domain)))
  const own = modes.base === 'off' ? [] : (options.responses ?? []).map(response => asCareful(response, brought))
  const isReplaced = ({ to, action }: Response): boolean =>
    own.some(response => response.action === action && response.to.alert === to.alert)

  const rules = [...active.flatMap(domain => domain.rules), ...(modes.base === 'off' ? [] : (options.rules ?? []))]
  const actions = [...active.flatMap(domain => domain.actions), ...(options.actions ?? [])]
  const responses = [...brought.filter(response => !isReplaced(response)), ...own]

  const runnable = new Set([...active, options].flatMap(broughtActions).map(({ name }) => name))
  // With rule files, which are read later, there are rules that are not known yet.
  const areAll = !options.ruleFiles?.length
  const findings = linesOf(own, { rules, areAll, actions: runnable })
  return { rules, responses, actions, findings }
}

function* linesOf(own: readonly Response[], context: ResponseContext): Program['findings'] {
  for (const findings of findingsInSteps(own, context))
    yield findings.map(
      ({ index, reason }) => `responses[${index}], to ${shownName(own[index]?.to.alert ?? '')}: ${reason}`,
    )
}

/** An answer to a forecast is preventive, and needs what the package's own answers need, unless it says otherwise. */
function asCareful(own: Response, brought: readonly Response[]): Response {
  const usual = brought.find(({ to, preventive }) => preventive && to.alert === own.to.alert)
  if (!usual) return own
  const { preventive, requires, clear, maxMode } = usual
  return { preventive, requires, clear, maxMode, ...own } as Response
}

/** A response that runs what another package brings needs the leave of both. */
function responsesOf(domain: Domain, maxMode: Mode): Response[] {
  const own = new Set(broughtActions(domain).map(({ name }) => name))
  return domain.responses.map(response => (own.has(response.action) ? response : { ...response, maxMode }))
}
