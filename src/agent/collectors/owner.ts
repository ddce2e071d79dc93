/** Whose a process or container is, and by which rule that was found (monitoring.md 2.11). Pure. */
import type { OwnerRule } from '../../model/process.ts';

export interface Owner {
  owner: string | null;
  ownerRule: OwnerRule;
}

/** Everything that may tell whose something is; null where it tells nothing. */
export interface OwnerEvidence {
  /** Owner of our own task that it belongs to. */
  taskOwner: string | null;
  uid: number | null;
  /** Login name of the uid; the number as text where it has none. */
  user: string | null;
  container: { name: string; ownerLabel: string | null; homeMounts: readonly string[] } | null;
  session: { name: string; user: string | null } | null;
}

/** Logins of people begin here (login.defs(5), UID_MIN); below are the system's own. */
const FIRST_LOGIN_UID = 1000;
/** The uid of nobody, and of everybody that a user namespace does not map. */
const NOBODY_UID = 65534;

/** The owner by the first rule that tells one: task, uid, label, mount, container's name, session, unknown. */
export function findOwner(evidence: OwnerEvidence): Owner {
  const { taskOwner, uid, user, container, session } = evidence;
  if (taskOwner !== null) return { owner: taskOwner, ownerRule: 'task' };
  if (uid !== null && speaksForItself(uid, user, container !== null))
    return { owner: user ?? String(uid), ownerRule: 'uid' };
  if (container?.ownerLabel) return { owner: container.ownerLabel, ownerRule: 'label' };
  const home = ownerOfHomes(container?.homeMounts ?? []);
  if (home !== null) return { owner: home, ownerRule: 'mount' };
  if (container) return { owner: container.name, ownerRule: 'container' };
  if (session) return { owner: session.user ?? session.name, ownerRule: 'session' };
  return { owner: null, ownerRule: 'unknown' };
}

/**
 * In a container root and the system's uids say only how its image was built, and one that nobody here has only how it was
 * started (an image's own user; a rootless engine's, which are numbers beyond all logins); outside they are who it is.
 */
function speaksForItself(uid: number, user: string | null, inContainer: boolean): boolean {
  if (!inContainer) return true;
  return uid >= FIRST_LOGIN_UID && uid !== NOBODY_UID && user !== null && user !== String(uid);
}

/** The X of mounts from `/home/X`, where all name the same one: a container that sees several homes tells nothing. */
function ownerOfHomes(homeMounts: readonly string[]): string | null {
  const owners = new Set(
    homeMounts.map((path) => /^\/home\/([^/]+)/.exec(path)?.[1]).filter((name) => name !== undefined),
  );
  const [only] = owners;
  return owners.size === 1 && only !== undefined ? only : null;
}
