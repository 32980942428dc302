import type { ProgramSource, Response } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { broughtActions } from './brought-actions.ts'
import type { DomainWithMode, Modes } from './modes.ts'
import type { HomeostatOptions } from './options.ts'
import { programOf } from './program.ts'
import { ProgramFiles } from './reload/program-files.ts'

export interface FileProgramContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
  readonly intervalMs: number
  readonly faults: Faults
  /** Is given what is wrong with the files, one line each. */
  readonly notice: (text: string) => void
  /** Puts a program in force. */
  readonly load: (program: ProgramSource) => Promise<void>
}

/** The files that rules and responses are read from, if there are any, beside what packages and options bring. */
export function fileProgramOf(context: FileProgramContext): ProgramFiles | undefined {
  const { options, domains, modes, intervalMs, faults, load } = context
  const { ruleFiles = [], responseFiles = [], rules = [], responses = [] } = options
  if (ruleFiles.length + responseFiles.length === 0) return undefined
  const brought = [...domains.map(([domain]) => domain), { rules, actions: options.actions, knobs: options.knobs }]
  const actions = brought.flatMap(broughtActions).map(({ name }) => name)
  return new ProgramFiles({
    ruleFiles,
    responseFiles,
    base: { rules: brought.flatMap(each => each.rules), actions: new Set(actions), intervalMs },
    swap: async read => {
      const answered = new Set(read.responses.map(answerKey))
      const kept = responses.filter(response => !answered.has(answerKey(response)))
      const together = { ...options, rules: [...rules, ...read.rules], responses: [...kept, ...read.responses] }
      // What is wrong in the options has been said at the start, and the files have been checked.
      await load(programOf(together, domains, modes))
    },
    warn: context.notice,
    onFault: error => faults.report('rule', error),
  })
}

function answerKey({ action, to }: Response): string {
  return JSON.stringify([action, to.alert])
}
