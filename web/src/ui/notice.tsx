import type { ComponentChildren } from 'preact';

export interface NoticeProps {
  readonly kind: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** A message in the flow of the page. An error is spoken at once, the others when there is time. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div class={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}
