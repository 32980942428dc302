/** Where lines go about work that takes long the first time: to the caller's `log`, else to stderr. */
export function announcer(options: { readonly log?: (line: string) => void }): (line: string) => void {
  return options.log ?? (line => void process.stderr.write(`homeostat services: ${line}\n`))
}
