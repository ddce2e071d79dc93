/** What a hub prints when it is ready: where the page is, how to open it with all rights, and from elsewhere. */
import { DEFAULT_HUB } from '../cli/options.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import { isLoopback } from '../io/listenNames.ts';
import type { RunningHub } from './runHub.ts';

/** Lines for the terminal. The link's code works once, within 10 minutes; it goes nowhere else. */
export function welcome(
  { hub, dialectLines }: RunningHub,
  listen: { host: string; port: number },
  { printsToLog, words, what }: { printsToLog: boolean; words: StartingWords; what: string },
): string {
  const { hostname, port } = new URL(hub.url);
  return [
    words.shows(what, hub.url),
    `  ${printsToLog ? words.linkToCome : words.link(hub.createLink())}`,
    `  ${isLoopback(listen.host) ? words.fromElsewhere(hostname, port) : words.beyond}`,
    ...dialectLines,
  ].join('\n');
}

/** What commands need to be told of a hub that they would not find by themselves: ` --hub URL`, else nothing. */
export const hubOptionFor = ({ hub }: Pick<RunningHub, 'hub'>): string =>
  hub.url === DEFAULT_HUB ? '' : ` --hub ${hub.url}`;
