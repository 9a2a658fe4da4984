import type { Command } from 'commander';
import { builtInLibrary, listProfiles } from '../../lab/library.ts';
import { listCommand } from './list-command.ts';

export const profilesCommand = (): Command =>
  listCommand({ kind: 'profile', list: listProfiles, document: builtInLibrary.profile });
