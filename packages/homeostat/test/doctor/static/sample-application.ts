import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { diagnose, type Diagnosis } from '../../../src/doctor/static/diagnosis.ts'
import { readApplication, type Machine } from '../../../src/doctor/static/files/read-application.ts'

/** A symbolic link, as pnpm makes them. */
export class Link {
  readonly target: string

  constructor(target: string) {
    this.target = target
  }
}

/** Contents by path; what is not a text is written as JSON. */
export type Files = Readonly<Record<string, unknown>>

export const MACHINE: Machine = { environment: {}, nodeVersion: 'v24.21.0', memoryLimitBytes: 0 }

export interface Sample {
  readonly files: Files
  readonly environment?: Readonly<Record<string, string>>
  readonly memoryLimitBytes?: number
  readonly nodeVersion?: string
  /** The application's folder within the files, where they are a workspace. */
  readonly within?: string
}

/** Writes an application to a folder of its own. */
export function writeApplication(files: Files): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if (content instanceof Link) symlinkSync(content.target, join(folder, path))
    else writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

export function diagnosisOf({ files, within = '.', ...machine }: Sample): Diagnosis {
  const { folder, remove } = writeApplication(files)
  try {
    return diagnose(readApplication(join(folder, within), { machine: { ...MACHINE, ...machine } }))
  } finally {
    remove()
  }
}

/** The files of an installed package, with the peers that the real one of that version has. */
export function installed(name: string, version: string, more: object = {}, inFolder = 'node_modules'): Files {
  return { [`${inFolder}/${name}/package.json`]: { name, version, ...peersOf(name, version), ...more } }
}

function peersOf(name: string, version: string): object {
  if (!name.startsWith('@opentelemetry/') || name === '@opentelemetry/api' || name.endsWith('host-metrics')) return {}
  const isThree = /^(?:3\.|0\.(?:3\d\d)\.)/.test(version) || (/-(?:pg|ioredis)$/.test(name) && version >= '0.72.0')
  const api = isThree ? '>=1.10.0 <1.11.0' : name.includes('instrumentation') ? '^1.3.0' : '>=1.3.0 <1.10.0'
  return {
    peerDependencies: { '@opentelemetry/api': api },
    engines: { node: isThree ? '>=22.15.0' : '^18.19.0 || >=20.6.0' },
  }
}

/** An application on SDK 2 with the usual packages. It is healthy. */
export function application(more: Readonly<Record<string, unknown>> = {}, files: Files = {}): Files {
  const { dependencies, ...rest } = more
  return {
    'package.json': {
      name: 'shop',
      scripts: { start: 'OTEL_SERVICE_NAME=shop node --require ./otel.js server.js' },
      dependencies: {
        '@opentelemetry/api': '^1.9.0',
        '@opentelemetry/sdk-node': '^0.223.0',
        '@opentelemetry/instrumentation-express': '^0.70.0',
        express: '^5.0.0',
        ...(dependencies as object | undefined),
      },
      ...rest,
    },
    'otel.js':
      "const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [] }).start()\n",
    'server.js': "const express = require('express')\nexpress().listen(3000)\n",
    ...installed('@opentelemetry/api', '1.9.1'),
    ...installed('@opentelemetry/sdk-node', '0.223.0'),
    ...installed('@opentelemetry/instrumentation-express', '0.70.0'),
    ...installed('express', '5.1.0'),
    ...files,
  }
}

/** The same, started by the register file of the contrib packages. */
export function registered(more: Readonly<Record<string, unknown>> = {}, files: Files = {}): Files {
  const { dependencies, ...rest } = more
  return {
    ...application(
      {
        scripts: {
          start: 'OTEL_SERVICE_NAME=shop node --require @opentelemetry/auto-instrumentations-node/register server.js',
        },
        dependencies: {
          '@opentelemetry/auto-instrumentations-node': '^0.79.0',
          ...(dependencies as object | undefined),
        },
        ...rest,
      },
      {
        ...installed('@opentelemetry/auto-instrumentations-node', '0.79.0', {
          peerDependencies: { '@opentelemetry/api': '^1.4.1' },
          dependencies: {
            '@opentelemetry/sdk-node': '^0.223.0',
            '@opentelemetry/instrumentation-runtime-node': '^0.36.0',
          },
        }),
        ...installed('@opentelemetry/instrumentation-runtime-node', '0.36.1'),
        ...files,
      },
    ),
    'otel.js': '',
  }
}
