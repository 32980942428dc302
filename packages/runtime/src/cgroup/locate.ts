import { join } from 'node:path'
import { parseProcCgroup } from './parse.ts'
import type { Controller } from './controller.ts'
import { cpuV1, cpuV2, memoryV1, memoryV2 } from './controller.ts'

/** A folder of a controller. v1 may mount a controller's usage elsewhere than its limits. */
export interface Place {
  readonly limits: string
  readonly usage: string
}

/** A controller and the cgroups it applies to this process in: its own one, then the parents. Limits add up: all hold. */
export interface Hierarchy {
  readonly controller: Controller
  readonly places: readonly Place[]
}

export interface Cgroup {
  readonly memory: Hierarchy | undefined
  readonly cpu: Hierarchy | undefined
}

/** Deeper than systemd, Kubernetes and Docker together nest. */
const MAX_DEPTH = 12

/**
 * Where this process' cgroup is.
 *
 * @param procCgroup - the text of `/proc/self/cgroup`
 * @param exists - whether a file exists
 */
export function locateCgroup(procCgroup: string, cgroupRoot: string, exists: (path: string) => boolean): Cgroup {
  const paths = parseProcCgroup(procCgroup)
  const find = (
    controller: Controller,
    limitMounts: readonly string[],
    usageMounts: readonly string[],
    path: string | undefined,
  ): Hierarchy | undefined => {
    if (path === undefined) return undefined
    const places: Place[] = []
    for (const ancestor of ancestors(path)) {
      const pick = (mounts: readonly string[], file: string): string | undefined =>
        mounts.map(mount => join(cgroupRoot, mount, ancestor)).find(folder => exists(join(folder, file)))
      const limits = pick(limitMounts, controller.probe)
      const usage = pick(usageMounts, controller.usageFiles[0]!)
      if (limits !== undefined && usage !== undefined) places.push({ limits, usage })
    }
    return places.length > 0 ? { controller, places } : undefined
  }

  const unified = paths.get('')
  return {
    // A controller is in exactly one hierarchy; on hybrid systems that is the v1 one.
    memory: find(memoryV1, ['memory'], ['memory'], paths.get('memory')) ?? find(memoryV2, [''], [''], unified),
    cpu:
      find(cpuV1, ['cpu', 'cpu,cpuacct'], ['cpuacct', 'cpu,cpuacct'], paths.get('cpu')) ??
      find(cpuV2, [''], [''], unified),
  }
}

/**
 * `/a/b`, `/a`, `/`. A container that has no cgroup namespace sees its host path in `/proc/self/cgroup` but its own
 * cgroup at the root of the mount: then only `/` exists. One that was moved out of its namespace's root sees `..`.
 */
function ancestors(path: string): string[] {
  const segments = path.includes('..') ? [] : path.split('/').filter(segment => segment !== '')
  const all = segments.map((_, index) => `/${segments.slice(0, segments.length - index).join('/')}`)
  return [...all.slice(0, MAX_DEPTH), '/']
}
