/** How the first pages show a command to copy into a shell. */
import { CopyButton } from '../../parts/CopyButton.tsx';

/** Cut off where it is too long for its line, copied whole. */
export function CommandLine({ text }: { text: string }) {
  return (
    <div className="command-line">
      <code className="ellipsis">{text}</code>
      <CopyButton text={text} what={text} withWord />
    </div>
  );
}
