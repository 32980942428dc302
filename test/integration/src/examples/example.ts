/** A piece of code in a document or in a TSDoc comment. */
export interface Example {
  /** The file that shows it, relative to the repository. */
  readonly file: string
  /** The line of that file on which the code starts. */
  readonly line: number
  readonly code: string
  /** Why it is compiled and not run, as its fence says: "```ts no-run: it needs a Grafana Cloud account". */
  readonly notRun?: string
}

const FENCE = /^(\s*)```(ts|js)(?: no-run: (\S.*))?$/
/** The line above the block of a documented file. */
const FILE = /^\*\*(?:One line in )?`[^`]+`\*\*$/
const ANY_FENCE = /^\s*```/

/**
 * The blocks of TypeScript or JavaScript of a document. A block below the name of a file, as `documentedFiles()` reads it,
 * is not among them: it is built as that file.
 */
export function examplesOfDocument(file: string, text: string): Example[] {
  const lines = text.split('\n')
  return blocksIn(file, lines, 1).filter(({ line }) => !FILE.test(lines[line - 4] ?? ''))
}

/** The blocks after each `@example` of the TSDoc comments of a source file. */
export function examplesOfSource(file: string, text: string): Example[] {
  return sectionsOf(text).flatMap(({ lines, line }) => blocksIn(file, lines, line))
}

/** The lines of a source file whose `@example` shows no block of code, so nothing of it would be compiled. */
export function examplesWithoutCode(text: string): number[] {
  return sectionsOf(text)
    .filter(({ lines }) => !lines.some(line => ANY_FENCE.test(line)))
    .map(({ line }) => line)
}

function sectionsOf(text: string): { readonly lines: readonly string[]; readonly line: number }[] {
  const sections: { lines: string[]; line: number }[] = []
  let section: { lines: string[]; line: number } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const [, content] = /^\s*(?:\/\*\*|\*(?!\/))\s?(.*?)(?:\*\/)?$/.exec(raw) ?? []
    if (content === undefined || /^\s*@/.test(content)) section = undefined
    if (content?.trimStart().startsWith('@example')) sections.push((section = { lines: [], line: index + 1 }))
    section?.lines.push(content!)
  }
  return sections
}

function blocksIn(file: string, lines: readonly string[], firstLine: number): Example[] {
  const examples: Example[] = []
  for (let at = 0; at < lines.length; at++) {
    if (!ANY_FENCE.test(lines[at]!)) continue
    const end = lines.findIndex((line, index) => index > at && ANY_FENCE.test(line))
    if (end === -1) throw new Error(`${file}:${firstLine + at}: a block of code that does not end`)
    const [, indent = '', language, notRun] = FENCE.exec(lines[at]!) ?? []
    if (language !== undefined) {
      const code = lines.slice(at + 1, end).map(line => line.slice(indent.length))
      examples.push({ file, line: firstLine + at + 1, code: code.join('\n'), ...(notRun !== undefined && { notRun }) })
    }
    at = end
  }
  return examples
}
