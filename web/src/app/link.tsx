import type { AnchorHTMLAttributes } from 'preact';
import { navigate } from './router.ts';

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'role' | 'onClick'> {
  /** A path of this page with its query. */
  readonly href: string;
}

/** A link within the page. A click that asks for another tab or window stays with the browser. */
export function Link({ href, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(href);
      }}
    />
  );
}
