import type { Session } from 'node:inspector'
import Module from 'node:module'

/** A script that V8 holds. */
export interface LoadedScript {
  /** Rises in the order of loading. */
  readonly id: number
  readonly url: string
  readonly isModule: boolean
}

/** Where the search for objects leaves them for this code. Removed at once. */
const FOUND = Symbol.for('homeostat.doctor.found')
const PROTOTYPE = Symbol.for('homeostat.doctor.prototype')
type Slots = Record<symbol, unknown>

/**
 * Looks at this process through V8's inspector, without a port. That needs no hook in the loader, so nothing of the application runs
 * differently before the examination, and nothing is left behind after it.
 */
export class InspectedProcess {
  readonly #session: Session

  /** Loads the inspector here, because a Node may be built without it. @throws on such a Node */
  constructor() {
    const inspector = Module.createRequire(`${process.cwd()}/`)('node:inspector') as typeof import('node:inspector')
    this.#session = new inspector.Session()
    this.#session.connect()
  }

  /** Not Symbol.dispose, which Node 18 need not have. */
  close(): void {
    this.#session.disconnect()
  }

  /** All scripts from files, CommonJS and ES modules alike. */
  scripts(): LoadedScript[] {
    const scripts: LoadedScript[] = []
    const add = ({ params }: { params: { scriptId: string; url: string; isModule?: boolean } }): void => {
      if (/^(?:file:|\/|[A-Za-z]:\\)/.test(params.url))
        scripts.push({ id: Number(params.scriptId), url: params.url, isModule: params.isModule === true })
    }
    this.#session.on('Debugger.scriptParsed', add)
    // Lists the scripts before it returns. Without a breakpoint it changes nothing else.
    this.#session.post('Debugger.enable')
    this.#session.post('Debugger.disable')
    this.#session.off('Debugger.scriptParsed', add)
    return scripts
  }

  /** The objects that inherit from a prototype. Stops the process while V8 searches the heap: a second per million objects. */
  objectsWith(prototype: object): unknown[] {
    const slots = globalThis as unknown as Slots
    slots[PROTOTYPE] = prototype
    try {
      const prototypeId = this.#objectId('Runtime.evaluate', {
        expression: `globalThis[Symbol.for(${JSON.stringify(PROTOTYPE.description)})]`,
      })
      const found = prototypeId && this.#objectId('Runtime.queryObjects', { prototypeObjectId: prototypeId })
      if (found === undefined) return []
      this.#session.post('Runtime.callFunctionOn', {
        objectId: found,
        functionDeclaration: `function () { globalThis[Symbol.for(${JSON.stringify(FOUND.description)})] = this }`,
      })
      const objects = slots[FOUND]
      for (const objectId of [prototypeId, found]) this.#session.post('Runtime.releaseObject', { objectId })
      return Array.isArray(objects) ? objects : []
    } finally {
      delete slots[PROTOTYPE]
      delete slots[FOUND]
    }
  }

  /** Sessions of the same thread answer before `post` returns. */
  #objectId(method: 'Runtime.evaluate' | 'Runtime.queryObjects', parameters: object): string | undefined {
    let id: string | undefined
    this.#session.post(method, parameters, (_, reply: unknown) => {
      const { result, objects } = (reply ?? {}) as Record<'result' | 'objects', { objectId?: string } | undefined>
      id = (result ?? objects)?.objectId
    })
    return id
  }
}
