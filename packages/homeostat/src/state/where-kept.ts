import type { Keeping } from './keeping.ts'

/** Something that outlives the process, or could. */
export interface KeptThing {
  readonly what: string
  /** Its place, or the reason why it is not kept. */
  readonly where: string
}

/** The sections of state, which are kept together. */
const LEARNED = ['what was learned', 'evidence of trials', 'quiet levels of guards']

/**
 * Lists the things of this process that outlive it; `docs/where-things-go.md` describes each.
 *
 * @param folderFault - why the state folder cannot be used
 */
export function whereKept(
  keeping: Keeping | undefined,
  folderFault: string | undefined,
  coordinator: string,
  hasOutsideKnobs: boolean,
): KeptThing[] {
  const folder = folderFault === undefined ? keeping?.folder : `not kept: ${folderFault}`
  const unsettled = 'not decided yet: the name of the service is not known before the first tick'
  const learned = learnedWhere(keeping, folderFault) ?? unsettled
  return [
    ...LEARNED.map(what => ({ what, where: learned })),
    {
      what: 'undo journals of knobs',
      where: hasOutsideKnobs ? (folder ?? "a folder of the user below the system's temporary files") : 'none needed',
    },
    { what: 'leases', where: coordinator },
  ]
}

/** The place of learned state, or the reason why it is not kept; undefined before that is decided. */
export function learnedWhere(keeping: Keeping | undefined, folderFault: string | undefined): string | undefined {
  const isInFolder = keeping?.folder !== undefined && keeping.learned === keeping.folder
  return isInFolder && folderFault !== undefined ? `not kept: ${folderFault}` : keeping?.learned
}
