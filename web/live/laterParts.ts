/**
 * Parts of the page that are not needed to begin with: each is a file of its own, loaded when it is first shown, or before
 * that once the browser has nothing else to do. So a detail opens at once, also when the hub went away meanwhile.
 */
import { type ComponentType, lazy } from 'react';

const loads: (() => Promise<unknown>)[] = [];

/** A part that comes later, by whatever imports it. */
export function laterPart<Props>(load: () => Promise<ComponentType<Props>>) {
  loads.push(load);
  return lazy(async () => ({ default: await load() }));
}

/** Loads what was not shown yet, one after another; what does not come is asked for again when it is shown. */
export async function loadLaterParts(): Promise<void> {
  for (const load of loads) {
    await idle();
    await load().catch(() => {});
  }
}

/** Not every browser tells when it has time: there half a second passes. */
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 3000 });
    else setTimeout(resolve, 500);
  });
