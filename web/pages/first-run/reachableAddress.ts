/** The address at which other machines could reach this hub, once it listens there. Pure. */

/**
 * The hub's own address, or, where that is loopback, the same port at the machine's address.
 * @param hub like `http://127.0.0.1:3569`
 * @param machine like `10.20.6.9`; null where it is not known
 */
export function reachableAddress(hub: string, machine: string | null): string {
  const url = new URL(hub);
  const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (!loopback || machine === null) return url.origin;
  const host = machine.includes(':') ? `[${machine}]` : machine;
  return `${url.protocol}//${host}:${url.port || '80'}`;
}
