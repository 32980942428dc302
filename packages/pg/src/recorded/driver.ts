import Module from 'node:module'
import { join } from 'node:path'
import { RecordUnreadableError } from '../errors.ts'

/** The class of clients of `pg`, as the application has it installed. */
export function loadClientClass(): unknown {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      const { Client } = Module.createRequire(from)('pg') as { readonly Client?: unknown }
      if (typeof Client === 'function') return Client
    } catch {
      // It is not installed there.
    }
  }
  throw new RecordUnreadableError('the package pg is missing: install it in this folder')
}
