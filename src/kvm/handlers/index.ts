import type { CollapsedHandler } from './collapsed-handler.ts';
import { cutNonLeaf } from './cut.ts';
import { promoteInPlace } from './promote.ts';
import { zapLeafs } from './zap.ts';

export type CollapsedHandlerId = 'zap' | 'cut' | 'promote';

/** KVM's answers to a post-collapse notification. */
export const collapsedHandlers: Readonly<Record<CollapsedHandlerId, CollapsedHandler>> = {
  zap: zapLeafs,
  cut: cutNonLeaf,
  promote: promoteInPlace,
};
