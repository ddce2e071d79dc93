/** What a hub prints when it is ready: where the page is, how to open it with all rights, and from elsewhere. */
import { DEFAULT_HUB } from '../cli/options.ts';
import { isLoopback } from '../io/listenNames.ts';
import type { RunningHub } from './runHub.ts';

/** Lines for the terminal. The link's code works once, within 10 minutes; it goes nowhere else. */
export function welcome(
  { hub, dialectLines }: RunningHub,
  listen: { host: string; port: number },
  printsToLog: boolean,
  what = 'this machine',
): string {
  const port = new URL(hub.url).port;
  const lines = [
    `FlowLine shows ${what} at ${hub.url}`,
    printsToLog
      ? '  to end processes there too: `flowline token link` prints a link'
      : `  to end processes there too, open (once, within 10 min): ${hub.createLink()}`,
  ];
  if (isLoopback(listen.host)) {
    lines.push(
      `  from your own computer: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE, then open http://127.0.0.1:${port}`,
    );
  } else {
    lines.push(
      '  beyond this machine reading needs such a link (or --readers everyone); `flowline token link` prints another',
    );
  }
  return [...lines, ...dialectLines].join('\n');
}

/** What commands need to be told of a hub that they would not find by themselves: ` --hub URL`, else nothing. */
export const hubOptionFor = ({ hub }: Pick<RunningHub, 'hub'>): string =>
  hub.url === DEFAULT_HUB ? '' : ` --hub ${hub.url}`;
