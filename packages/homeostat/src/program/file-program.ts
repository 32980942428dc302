import type { Optimizer, Response } from '@homeostat/optimizer'
import type { Compiler } from '@homeostat/optimizer/schemas'
import { SlicedWork, type Faults, type Steps } from '@homeostat/signals'
import { providedActions } from '../domains/provided-actions.ts'
import type { OwnProgram } from '../options/given-program.ts'
import type { Program, ProgramParts } from './program.ts'
import { answerKey, programOf } from './program.ts'
import { ProgramFiles } from '../reload/program-files.ts'
import type { ProgramBase, ReadProgram } from '../reload/read-program-files.ts'

export interface FileProgramContext extends ProgramParts {
  /** The rules and responses of the options. */
  readonly own: Promise<OwnProgram>
  readonly intervalMs: number
  readonly faults: Faults
  /** Receives each mistake in the files, in one line. */
  readonly notice: (text: string) => void
  /** Loads the program. */
  readonly optimizer: Optimizer
}

/** How long the event loop is held at a time to put a program together. */
const SLICE_MS = 1
/** Responses checked between two rests. */
const RESPONSES_OF_STEP = 128

/** The files that rules and responses are read from, if there are any, beside what packages and options provide. */
export function fileProgramOf(context: FileProgramContext): ProgramFiles | undefined {
  const { ruleFiles = [], responseFiles = [] } = context.options
  if (ruleFiles.length + responseFiles.length === 0) return undefined
  const { own, optimizer } = context
  return new ProgramFiles({
    ruleFiles,
    responseFiles,
    base: own.then(given => baseOf(given, context)),
    earlier: () => optimizer.expressions,
    swap: async (read, expressions) => {
      // Faults of the options were reported at start, and the files have been checked.
      const steps = together(await own, read, context, expressions)
      const { rules, responses } = await new SlicedWork(steps, SLICE_MS).done
      await optimizer.loadInSlices({ rules, responses, expressions })
    },
    warn: context.notice,
    onFault: error => context.faults.report('rule', error),
  })
}

function baseOf({ rules }: OwnProgram, { options, domains, intervalMs }: FileProgramContext): ProgramBase {
  const brought = [...domains.map(([domain]) => domain), { rules, actions: options.actions, knobs: options.knobs }]
  const actions = brought.flatMap(providedActions).map(({ name }) => name)
  return { rules: brought.flatMap(each => each.rules ?? []), actions: new Set(actions), intervalMs }
}

/** A response of a file takes the place of one of the options. */
function* together(
  given: OwnProgram,
  read: Pick<ReadProgram, 'rules' | 'responses'>,
  parts: ProgramParts,
  compiler: Compiler,
): Steps<Program> {
  const answered = new Set<string>()
  for (const [index, response] of read.responses.entries()) {
    answered.add(answerKey(response))
    if (index % RESPONSES_OF_STEP === RESPONSES_OF_STEP - 1) yield
  }
  const responses: Response[] = []
  for (const [index, response] of given.responses.entries()) {
    if (!answered.has(answerKey(response))) responses.push(response)
    if (index % RESPONSES_OF_STEP === RESPONSES_OF_STEP - 1) yield
  }
  const all = { rules: [...given.rules, ...read.rules], responses: [...responses, ...read.responses] }
  return yield* programOf(all, parts, compiler)
}
