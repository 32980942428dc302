declare const RENEWAL_PROGRAM: string | undefined
declare const WITNESS_PROGRAM: string | undefined

/** The program of a thread: its text in a built package, its file among the sources. */
export interface ThreadProgram {
  readonly program: string | URL
  /** Whether it is a text. */
  readonly eval: boolean
}

// `.dev/bundle.mjs` puts the texts in. A file beside the bundle would be lost when the application itself is bundled.

/** The thread that renews. */
export function renewalProgram(): ThreadProgram {
  if (typeof RENEWAL_PROGRAM !== 'undefined') return { program: RENEWAL_PROGRAM, eval: true }
  return { program: new URL('./thread/renewal-program.ts', import.meta.url), eval: false }
}

/** The thread that looks at the stack of a blocked loop. */
export function witnessProgram(): ThreadProgram {
  if (typeof WITNESS_PROGRAM !== 'undefined') return { program: WITNESS_PROGRAM, eval: true }
  return { program: new URL('./thread/witness-program.ts', import.meta.url), eval: false }
}
