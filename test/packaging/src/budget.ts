import type { InstalledPackage } from './installation.ts'

/** The most that `npm install homeostat` may bring beside the application's own OpenTelemetry packages. */
export const BUDGET = { packages: 12, bytes: 4_000_000 } as const

/** The packages of an installation, without those of OpenTelemetry. */
export interface Footprint {
  readonly packages: readonly InstalledPackage[]
  readonly bytes: number
  /** Whether it is within {@link BUDGET}. */
  readonly isWithin: boolean
}

export function footprintOf(installed: readonly InstalledPackage[]): Footprint {
  const packages = installed.filter(({ name }) => !name.startsWith('@opentelemetry/'))
  const bytes = packages.reduce((sum, each) => sum + each.bytes, 0)
  return { packages, bytes, isWithin: packages.length <= BUDGET.packages && bytes <= BUDGET.bytes }
}

export function describeFootprint({ packages, bytes, isWithin }: Footprint): string {
  const kilobytes = (size: number): string => (size / 1000).toFixed(0).padStart(6)
  return [
    'Packages that `npm install homeostat` brings beside OpenTelemetry, in kB',
    '',
    ...packages.map(({ name, bytes: size }) => `${kilobytes(size)}  ${name}`),
    '',
    `${kilobytes(bytes)}  in ${packages.length} packages; at most ${BUDGET.bytes / 1000} in ${BUDGET.packages}: ${isWithin ? 'met' : 'not met'}`,
  ].join('\n')
}
