import { fieldOf } from '@homeostat/signals/options'
import { allRunning } from '../lifecycle/running-homeostats.ts'
import type { HomeostatFacts, WatchedFacts } from './live-facts.ts'

const MOST = 100
const LONGEST = 500

/** The facts that each Homeostat of this process reports about itself. */
export function homeostatFacts(): HomeostatFacts[] {
  return allRunning().slice(0, MOST).map(factsOf)
}

function factsOf(one: unknown): HomeostatFacts {
  const report = reportOf(one)
  return {
    version: textOf(fieldOf(report, 'version')),
    mode: textOf(fieldOf(report, 'mode')),
    isExporting: fieldOf(one, 'isExporting') === true,
    watched: listOf(fieldOf(report, 'watched')).map(watchedOf),
    findings: listOf(fieldOf(report, 'findings')).map(finding => ({
      key: textOf(fieldOf(finding, 'key')) ?? '',
      text: textOf(fieldOf(finding, 'text')) ?? '',
    })),
  }
}

/** Older versions announce nothing that reports. */
function reportOf(one: unknown): unknown {
  const report = fieldOf(one, 'report')
  try {
    return typeof report === 'function' ? (report.call(one) as unknown) : undefined
  } catch {
    return undefined
  }
}

function watchedOf(watched: unknown): WatchedFacts {
  const series = fieldOf(watched, 'series')
  return {
    name: textOf(fieldOf(watched, 'name')) ?? '',
    isOn: fieldOf(watched, 'isOn') === true,
    series: typeof series === 'number' ? series : 0,
    seen: listOf(fieldOf(watched, 'seen')).flatMap(each => textOf(each) ?? []),
    notes: listOf(fieldOf(watched, 'notes')).flatMap(each => textOf(each) ?? []),
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST) : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, LONGEST) : undefined
}
