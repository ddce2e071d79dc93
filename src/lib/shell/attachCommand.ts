/** The commands that attach to a session, as its owner types them. Pure: the simulator shows the same ones. */
import { shellCommand } from './shellCommand.ts';

/**
 * By the session's id and not its name: tmux reads `{last}`, `%1`, `a*` and more as patterns, and a name may change.
 * @param id as tmux tells it: `$3`.
 */
export function tmuxAttachCommand(socketPath: string, id: string): string | null {
  return shellCommand(['tmux', '-S', socketPath, 'attach', '-t', id]);
}

/**
 * One that is attached is detached there first. Screen refuses everybody but the owner.
 * @param id as screen tells it: PID.NAME.
 * @param folder where its socket lies, if screen would not look there by itself.
 */
export function screenAttachCommand(id: string, attached: boolean, folder: string | null): string | null {
  const elsewhere = folder === null ? [] : ['env', `SCREENDIR=${folder}`];
  return shellCommand([...elsewhere, 'screen', ...(attached ? ['-d'] : []), '-r', id]);
}
