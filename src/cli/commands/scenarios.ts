import type { Command } from 'commander';
import { builtInLibrary, listScenarios } from '../../lab/library.ts';
import { listCommand } from './list-command.ts';

export const scenariosCommand = (): Command =>
  listCommand({ kind: 'scenario', list: listScenarios, document: builtInLibrary.scenario });
