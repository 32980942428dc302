import type { Trial } from '@homeostat/optimizer'
import { wallTime } from '@homeostat/optimizer/parts'
import type { Sections } from '../wire/messages.ts'
import type { ShownTrial } from '../wire/shown-trial.ts'
import type { ShownHomeostat } from '../shown-homeostat.ts'

/** The report has bounds of its own; an application may have thousands of alerts. */
const MOST_ALERTS = 100
const MOST_TRIALS = 200

/** Everything that is known now, in parts. */
export function sectionsOf(homeostat: ShownHomeostat): Sections {
  const { optimizer } = homeostat
  const report = homeostat.report()
  const { version, mode, stoppedBy, service, attachedTo } = report
  return {
    process: { version, mode, stoppedBy, attachedTo, service: service?.name, heldBy: optimizer.killSwitch.heldBy },
    coordinator: report.coordinator,
    watched: report.watched,
    alerts: report.alerts.slice(0, MOST_ALERTS),
    advice: report.advice,
    stalls: report.stalls,
    evidence: report.evidence,
    knobs: report.knobs,
    forecasts: report.forecasts,
    kept: report.kept,
    findings: report.findings,
    unmatchedRules: report.unmatchedRules,
    trials: optimizer.trials.all.slice(-MOST_TRIALS).map(shownTrial),
    proofs: optimizer.proofs.known
      .filter(({ change }) => change !== 'ended')
      .map(({ id, knob, line }) => ({ id, knob, line })),
    budgets: optimizer.ledger.entries.at(-1)?.budgets ?? [],
  }
}

function shownTrial(trial: Trial): ShownTrial {
  const { id, action, alert, arm, state, before, after, beside, startedAt } = trial
  return {
    id,
    action,
    alert,
    arm,
    state,
    verdict: 'verdict' in trial ? trial.verdict : undefined,
    startedAt: wallTime(startedAt),
    before: middleOf(before),
    after: middleOf(after),
    beside: middleOf(beside),
  }
}

function middleOf(samples: Trial['before']): number | undefined {
  const values = samples.map(([, value]) => value).toSorted((a, b) => a - b)
  return values[Math.floor(values.length / 2)]
}

/** Remembers what was sent of each part, so that only what has changed is sent again. */
export class ChangedSections {
  #sent = new Map<string, string>()

  /** The parts that differ from the last call, as JSON by name; undefined where none does. */
  changedIn(sections: Sections): string | undefined {
    const changed = Object.entries(sections).flatMap(([name, value]) => {
      const text = JSON.stringify(value) as string | undefined
      if (text === undefined || this.#sent.get(name) === text) return []
      this.#sent.set(name, text)
      return [`${JSON.stringify(name)}:${text}`]
    })
    return changed.length === 0 ? undefined : `{${changed.join(',')}}`
  }

  /** All parts as they were sent last. */
  get all(): string {
    return `{${[...this.#sent].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
  }
}
