/** The command that enters a container. Pure: the simulator shows the same one. */
import { shellCommand } from './shellCommand.ts';

/**
 * By its name where that is one as engines make them (moby's `RestrictedNamePattern`); another might be read as an
 * option, or mislead a terminal: then by the beginning of its id.
 * @param program the words before `exec`.
 */
export function containerEnterCommand(
  program: readonly string[],
  { name, id }: { name: string; id: string },
): string | null {
  const isUsual = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name);
  return shellCommand([...program, 'exec', '-it', isUsual ? name : id.slice(0, 12), 'sh']);
}
