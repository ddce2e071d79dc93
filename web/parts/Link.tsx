/** A link within the page: an ordinary anchor that does not load the page anew. */
import type { AnchorHTMLAttributes } from 'react';
import { navigate } from '../router.ts';

/** A click with a modifier or another button stays the browser's, as does one that `onClick` prevented. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
          return;
        event.preventDefault();
        navigate(href);
      }}
    />
  );
}
