import type { Keeping } from './keeping.ts'

/** Something that outlives the process, or could. */
export interface KeptThing {
  readonly what: string
  /** Where it is, or why it is not kept. */
  readonly where: string
}

/** What of this process outlives it; `docs/where-things-go.md` lists all that there can be. */
export function whereKept(keeping: Keeping | undefined, coordinator: string, hasOutsideKnobs: boolean): KeptThing[] {
  const folder = keeping?.folder
  const unsettled = 'not decided yet: the name of the service is not known before the first tick'
  return [
    { what: 'what was learned', where: keeping?.learned ?? unsettled },
    {
      what: 'evidence of trials',
      where: folder ?? (keeping ? 'in memory only: a restart forgets it, set stateDir to keep it' : unsettled),
    },
    {
      what: 'undo journals of knobs',
      where: hasOutsideKnobs ? (folder ?? "a folder of the user below the system's temporary files") : 'none needed',
    },
    { what: 'leases', where: coordinator },
  ]
}
