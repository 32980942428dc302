import { major, minor, valid } from 'semver'
import type { ApplicationFacts, InstalledPackage, NodeFlag } from './application-facts.ts'

export const API = '@opentelemetry/api'
/** The package that brings all instrumentations of the contrib packages. */
export const AUTO = '@opentelemetry/auto-instrumentations-node'
const REGISTER = `${AUTO}/register`
/** Packages that register providers with the api that they load, in the order of how likely they do. */
const REGISTRARS = [
  '@opentelemetry/sdk-node',
  '@vercel/otel',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-node',
  'dd-trace',
]

/** The lines of releases that fit together: 1, 2 and 3. Undefined for packages that are numbered otherwise. */
export function sdkLineOf({ name, version }: InstalledPackage): number | undefined {
  if (valid(version) === null) return undefined
  if (/^@opentelemetry\/(?:core|resources|sdk-metrics|sdk-trace(?:-\w+)?|context-async-hooks)$/.test(name))
    return major(version)
  if (!/^@opentelemetry\/(?:sdk-node|sdk-logs|exporter-.*|otlp-.*|instrumentation)$/.test(name)) return undefined
  if (major(version) > 0) return major(version)
  return minor(version) >= 300 ? 3 : minor(version) >= 200 ? 2 : 1
}

/** The copy that the application itself loads. */
export function ownCopy(facts: ApplicationFacts, name: string): InstalledPackage | undefined {
  return facts.packages.find(each => each.name === name && each.via === undefined)
}

export function isInstalled(facts: ApplicationFacts, name: string): boolean {
  return facts.packages.some(each => each.name === name)
}

/** The copy of the api in which the SDK registers its providers, and who does. */
export function registeringApi(facts: ApplicationFacts): { api: InstalledPackage; by: InstalledPackage } | undefined {
  for (const name of REGISTRARS) {
    const copies = facts.packages.filter(each => each.name === name)
    const by = copies.find(({ via }) => via === undefined) ?? copies[0]
    const path = by?.loads.get(API)
    const api = facts.packages.find(each => each.name === API && each.path === path)
    if (by && api) return { api, by }
  }
  return undefined
}

/** The flag that starts the SDK of the contrib packages before the application. */
export function registerFlag(facts: ApplicationFacts): NodeFlag | undefined {
  return facts.start.flags.find(
    ({ name, value }) => (name === '--import' || name === '--require') && value.startsWith(REGISTER),
  )
}

/** A flag as a command line has it. */
export function shownFlag({ name, value }: Pick<NodeFlag, 'name' | 'value'>): string {
  return `${name} ${value}`
}

export function hasSdk(facts: ApplicationFacts): boolean {
  const names = ['@opentelemetry/sdk-node', '@opentelemetry/sdk-metrics', AUTO]
  return names.some(name => isInstalled(facts, name))
}

export function shownCopy({ name, version, path, via }: InstalledPackage): string {
  return `${name} ${version} in ${path}${via === undefined ? '' : ` (from ${via})`}`
}
