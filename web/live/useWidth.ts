/** How wide the page is, where a layout needs other elements and not only other styles. */
import { useSyncExternalStore } from 'react';

export const useIsPhone = (): boolean => useMedia('(max-width: 719px)');
export const useIsNarrow = (): boolean => useMedia('(max-width: 1023px)');

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}
/** A task stands beside its list from here on. */
export const useHasRoomBeside = (): boolean => useMedia('(min-width: 1280px)');
