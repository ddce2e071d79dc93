/** The command whose link logs in, with the address of this hub as it is called where it runs: without one the command asks the usual one. */
import { useAccount } from '../../live/account.ts';
import { CommandLine } from './CommandLine.tsx';

/** To be shown where somebody is told to run it on the hub's machine. A data folder of its own (`--data`) the page does not know. */
export function LoginCommand() {
  const { who } = useAccount();
  return <CommandLine text={`flowline token link --hub ${who?.joinAddress ?? location.origin}`} />;
}
