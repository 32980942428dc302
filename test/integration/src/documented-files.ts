/** A file that a page shows, or a line that it adds to a file. */
export interface DocumentedFile {
  readonly path: string
  readonly text: string
  readonly isLine: boolean
}

/** The files of a page: a path in bold on a line of its own, followed by the block with its contents. */
export function documentedFiles(page: string): DocumentedFile[] {
  const marked = /^\*\*(One line in )?`([^`]+)`\*\*\n\n```\w+\n([\s\S]*?)^```$/gm
  return [...page.matchAll(marked)].map(([, line, path, text]) => ({
    path: path!,
    text: text!,
    isLine: line !== undefined,
  }))
}
