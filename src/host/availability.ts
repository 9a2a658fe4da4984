// Whether a measurement is possible here, asked before anything is started.

import { accessSync, constants } from 'node:fs';
import { HostError } from './host-error.ts';

/** What is looked at; another may be given where it should look different. */
export interface HostBasics {
  readonly platform: string;
  readonly arch: string;
  /** The error code of an attempt to open /dev/kvm for reading and writing; null: it works. */
  readonly kvmError: () => string | null;
}

const thisHost: HostBasics = { platform: process.platform, arch: process.arch, kvmError: errorOfKvm };

/** Null, or a sentence that names what is missing and what would help. */
export function whatIsMissing({ platform, arch, kvmError }: HostBasics = thisHost): string | null {
  if (platform !== 'linux') return `this is ${platform}, and KVM is a part of Linux`;
  if (arch !== 'x64') return `this is ${arch}, and the guest that measures is written for x64`;
  const error = kvmError();
  if (error === null) return null;
  switch (error) {
    case 'ENOENT':
      return 'there is no /dev/kvm; load kvm_intel or kvm_amd, or give a container --device /dev/kvm';
    case 'EACCES':
    case 'EPERM':
      return 'no right to use /dev/kvm; become root or a member of its group, usually kvm';
    default:
      return `/dev/kvm cannot be used: ${error}`;
  }
}

const STILL_WORKS = 'all that is simulated works without it';

/** Throws a HostError that says what is missing, and what works all the same. */
export function assertMeasurable(basics?: HostBasics): void {
  const missing = whatIsMissing(basics);
  if (missing !== null) throw new HostError(`nothing can be measured on this host: ${missing}. ${STILL_WORKS}.`);
}

function errorOfKvm(): string | null {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
