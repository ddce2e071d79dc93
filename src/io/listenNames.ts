/** Where a server listens, in names: is it loopback, how is it reached from here, and by which names may it be called. */
import type { IncomingHttpHeaders } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

/** An address that leads here, where a server listens on all of them; ready for a URL. */
export const reachableHost = (host: string): string => {
  if (ANY_ADDRESS.has(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

/**
 * The names by which people may call a server beside loopback: its listen address, those that were configured, and
 * beyond loopback the machine's own names and addresses.
 */
export function ownNames(listenHost: string, configured: readonly string[]): Set<string> {
  const names = new Set(configured.map((name) => name.toLowerCase()));
  names.add(listenHost.includes(':') ? `[${listenHost}]` : listenHost.toLowerCase());
  if (isLoopback(listenHost)) return names;
  names.add(hostname().toLowerCase());
  for (const address of Object.values(networkInterfaces()).flat()) {
    if (address) names.add(address.family === 'IPv6' ? `[${address.address}]` : address.address);
  }
  return names;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The host part of a `Host` header, lower case, without its port. */
export function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '');
}

/** Whether a `Host` header names loopback or one of the names (DNS rebinding asks by another). */
export function isOwnHost(header: string | undefined, names: ReadonlySet<string>): boolean {
  const host = hostOf(header ?? '');
  return LOOPBACK.has(host) || names.has(host);
}

/** Whether a server in front of us says that it passed a request on: its address is then not the asker's. */
export const isPassedOn = ({ via, forwarded, ...headers }: IncomingHttpHeaders): boolean =>
  via !== undefined || forwarded !== undefined || headers['x-forwarded-for'] !== undefined;

/**
 * By which scheme a server in front of us was asked, as it says; null where nobody passed the request on. Whoever lies here
 * is himself led elsewhere, and nobody else: good for where an answer leads to, and for nothing that opens a door.
 */
export function passedOnFrom(headers: IncomingHttpHeaders): 'http' | 'https' | null {
  if (!isPassedOn(headers)) return null;
  const said = headers['x-forwarded-proto'] ?? /\bproto="?(\w+)/i.exec(headers.forwarded ?? '')?.[1] ?? '';
  // Of several servers in a row the first is the one that a browser sees.
  return /^\s*https\s*(,|$)/i.test(String(said)) ? 'https' : 'http';
}
