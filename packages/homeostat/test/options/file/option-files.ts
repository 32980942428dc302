import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import type { HomeostatOptions, Mode } from '../../../src/index.ts'
import { domainsOf } from '../../../src/domains/domains.ts'
import { providedActions } from '../../../src/domains/provided-actions.ts'
import type { Modes } from '../../../src/options/modes.ts'
import { readModes } from '../../../src/options/modes.ts'
import type { CheckedOptions } from '../../../src/options/read-options.ts'
import { readHomeostatOptions } from '../../../src/options/read-options.ts'

/** A folder of each test in the file, in which options are written and read. */
export class OptionFiles {
  folder = ''
  warnings: string[] = []

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'homeostat-file-'))
      this.warnings = []
      vi.spyOn(process, 'emitWarning').mockImplementation(message => void this.warnings.push(String(message)))
    })
    afterEach(() => {
      vi.restoreAllMocks()
      rmSync(this.folder, { recursive: true })
    })
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    return path
  }

  /** The options of a file of our own, and the warnings without the folder. */
  read(
    text: string,
    { code = {}, environment = {} }: { code?: HomeostatOptions; environment?: Record<string, string> } = {},
  ): CheckedOptions & { readonly lines: readonly string[] } {
    const file = this.write('homeostat.yaml', text)
    const checked = readHomeostatOptions({ ...code, environment: { HOMEOSTAT_CONFIG_FILE: file, ...environment } })
    return { ...checked, lines: this.lines }
  }

  get lines(): string[] {
    return this.warnings.map(line => line.replaceAll(`${this.folder}/`, ''))
  }
}

export const DOMAINS = domainsOf({}).map(([domain]) => domain)

export function readModesOf(checked: CheckedOptions): Modes {
  const options = checked.options as Readonly<Record<string, { readonly mode?: Mode } | false | undefined>>
  const modeOf = (name: string): Mode | undefined => (options[name] || undefined)?.mode
  return readModes(
    checked,
    DOMAINS.map(domain => [domain, modeOf(domain.name)]),
    () => undefined,
  )
}

/** The modes in force: the base, then those of all packages and actions. */
export function modesOf(checked: CheckedOptions): string[] {
  const modes = readModesOf(checked)
  const actions = DOMAINS.flatMap(providedActions).map(({ name }) => name)
  return [modes.base, ...DOMAINS.map(modes.ofDomain), ...actions.map(modes.ofAction)]
}
