import type { ApplicationFacts, Mark, SourceMark } from './application-facts.ts'

/** The first place in the sources that has one of the marks. */
export function sourceMark(facts: ApplicationFacts, ...marks: readonly Mark[]): SourceMark | undefined {
  return facts.marks.find(({ mark }) => marks.includes(mark))
}

/** A place in the sources, as editors open it. */
export function shownPlace({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`
}
