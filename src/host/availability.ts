// Whether a measurement is possible here, asked before anything is started.

import { closeSync, openSync } from 'node:fs';
import { HostError, STILL_WORKS } from './host-error.ts';

/** What is looked at; another may be given where it should look different. */
export interface HostBasics {
  readonly platform: string;
  readonly arch: string;
  /** The error code of an attempt to open /dev/kvm for reading and writing; null: it works. */
  readonly kvmError: () => string | null;
}

const thisHost: HostBasics = {
  platform: process.platform,
  arch: process.arch,
  kvmError: () => errorOfOpening('/dev/kvm'),
};

/** Null, or a sentence that names what is missing for system calls and machine code. */
function noCallsBecause({ platform, arch }: HostBasics): string | null {
  if (platform !== 'linux') return `this is ${platform}, and KVM is a part of Linux`;
  return arch === 'x64' ? null : `this is ${arch}, and the machine code that measures is written for x64`;
}

/** Null, or a sentence that names what is missing for a guest and what would help. */
export function whatIsMissing(basics: HostBasics = thisHost): string | null {
  const { kvmError } = basics;
  const noCalls = noCallsBecause(basics);
  if (noCalls !== null) return noCalls;
  const error = kvmError();
  if (error === null) return null;
  switch (error) {
    case 'ENOENT':
      return 'there is no /dev/kvm; load kvm_intel or kvm_amd, or give a container --device /dev/kvm';
    case 'EACCES':
    case 'EPERM':
      return 'no right to use /dev/kvm; become root or a member of its group, usually kvm, or give a container --device /dev/kvm';
    case 'ENODEV':
    case 'ENXIO':
      return 'there is a /dev/kvm and no KVM behind it; load kvm_intel or kvm_amd, or allow virtualization in the firmware';
    default:
      return `/dev/kvm cannot be used: ${error}`;
  }
}

/** A guest can run here. Throws a HostError that says what is missing, and what works all the same. */
export function assertMeasurable(basics?: HostBasics): void {
  mustBeComplete(whatIsMissing(basics));
}

/** The same for what needs no guest. */
export function assertCallable(basics: HostBasics = thisHost): void {
  mustBeComplete(noCallsBecause(basics));
}

function mustBeComplete(missing: string | null): void {
  if (missing !== null) throw new HostError(`nothing can be measured on this host: ${missing}. ${STILL_WORKS}`);
}

/** By opening it: rights, mount options and the device list of a container show in nothing less. Null: it can be opened. */
export function errorOfOpening(path: string): string | null {
  try {
    closeSync(openSync(path, 'r+'));
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
