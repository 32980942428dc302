import type { Server } from './server.ts'

/** Three letters or digits in a row, of which pg_trgm makes what it looks up. Source: generate_wildcard_trgm, trgm_op.c. */
const RUN = /[\p{L}\p{N}]{3,}/gu
const WILDCARD = '\n'

/** The operator class for texts within texts, as any session finds it; undefined without the extension pg_trgm. */
export async function readTrigramClass(server: Server): Promise<string | undefined> {
  const text =
    "SELECT pg_catalog.quote_ident(n.nspname) AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'"
  const [row] = await server.query(text)
  return row && `${String(row['name'])}.gin_trgm_ops`
}

/** The texts of which a pattern of LIKE requires each, as far as pg_trgm can look for them. */
export function runsOfPattern(pattern: string): readonly string[] {
  const texts = pattern.replaceAll(/\\([^])|[%_]/g, (_, escaped?: string) => escaped ?? WILDCARD)
  return texts.match(RUN) ?? []
}

/** The same of a regular expression; none where it has branches or groups, of which not each is required. */
export function runsOfRegex(regex: string): readonly string[] {
  // One letter of a class, which may be any.
  const known = regex.replaceAll(/\[\^?\]?[^\]\\[]*\]|\\[dswDSW]/g, '.')
  if (/[|()[\]]|\\[a-zA-Z0-9]/.test(known)) return []
  return (
    known
      // A letter that may be missing, and how often one is repeated.
      .replaceAll(/\\?[^](?:[?*]|\{0?,?\d*,?\d*\})\??/g, WILDCARD)
      .replaceAll(/[.+\\^${}]/g, WILDCARD)
      .match(RUN) ?? []
  )
}
