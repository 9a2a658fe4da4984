import { describe, expect, it } from 'vitest';
import { assertMeasurable, errorOfOpening, whatIsMissing } from '../../src/host/availability.ts';
import { HostError } from '../../src/host/host-error.ts';

const linux = { platform: 'linux', arch: 'x64', kvmError: () => null };

describe('whatIsMissing', () => {
  it('Linux on x64 with /dev/kvm: nothing', () => {
    expect(whatIsMissing(linux)).toBe(null);
  });

  it.each([
    ['another system', { ...linux, platform: 'darwin' }, /darwin/],
    ['another processor', { ...linux, arch: 'arm64' }, /arm64/],
    ['no KVM', { ...linux, kvmError: () => 'ENOENT' }, /--device \/dev\/kvm/],
    ['no rights', { ...linux, kvmError: () => 'EACCES' }, /its group/],
    ['a device without a driver', { ...linux, kvmError: () => 'ENODEV' }, /no KVM behind it/],
    ['a container without the device', { ...linux, kvmError: () => 'EPERM' }, /--device \/dev\/kvm/],
    ['anything else', { ...linux, kvmError: () => 'EIO' }, /EIO/],
  ])('%s: named, with what still works', (_, basics, message) => {
    expect(whatIsMissing(basics)).toMatch(message);
    expect(() => assertMeasurable(basics)).toThrow(HostError);
    expect(() => assertMeasurable(basics)).toThrow(/simulated works without it/);
  });
});

describe('errorOfOpening', () => {
  it.each([
    ['what can be written', '/dev/null', null],
    ['nothing', '/dev/there-is-no-such-device', 'ENOENT'],
    ['a folder', '/', 'EISDIR'],
  ])('%s: %s: %s', (_, path, code) => {
    expect(errorOfOpening(path)).toBe(code);
  });
});
